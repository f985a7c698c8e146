//! A browser without a window: cookies, redirects, forms sent with the headers a real one sends. It comes in through
//! the real router, in process.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::web::Lang;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, header};
use tower::ServiceExt;

use crate::page::Page;

/// The site as browsers reach it, shared by all browsers of a world.
pub(crate) struct Site {
    router: Router,
    runtime: tokio::runtime::Handle,
    origin: String,
    private: Mutex<Vec<String>>,
    browsers: AtomicU32,
}

impl Site {
    pub(crate) fn new(router: Router, runtime: tokio::runtime::Handle, origin: &str) -> Site {
        Site { router, runtime, origin: origin.to_owned(), private: Mutex::default(), browsers: AtomicU32::new(0) }
    }

    pub(crate) fn keep_private(&self, text: &str) {
        lock(&self.private).push(text.to_owned());
    }

    pub(crate) fn no_longer_private(&self, text: &str) {
        lock(&self.private).retain(|private| private != text);
    }

    pub(crate) fn private_texts(&self) -> Vec<String> {
        lock(&self.private).clone()
    }

    fn host(&self) -> &str {
        self.origin.split_once("://").map_or(self.origin.as_str(), |(_, host)| host)
    }
}

/// One person's browser. Each has an address of its own, so that limits per address do not meet in tests.
pub struct Browser {
    site: Arc<Site>,
    cookies: Mutex<BTreeMap<String, String>>,
    accept_language: Mutex<&'static str>,
    address: Ipv4Addr,
    watched: bool,
}

/// A cheap phone's browser.
pub(crate) const USER_AGENT: &str =
    "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36";

impl Browser {
    pub(crate) fn new(site: Arc<Site>) -> Browser {
        let number = site.browsers.fetch_add(1, Ordering::Relaxed) + 1;
        let [_, b, c, d] = number.to_be_bytes();
        Browser {
            site,
            cookies: Mutex::default(),
            accept_language: Mutex::new("zh-CN,zh;q=0.9"),
            address: Ipv4Addr::new(10, b, c, d),
            watched: false,
        }
    }

    pub(crate) fn watched(mut self) -> Browser {
        self.watched = true;
        self
    }

    /// From now on this browser asks for pages in this language.
    pub fn speaks(&self, lang: Lang) -> &Browser {
        *lock(&self.accept_language) = match lang {
            Lang::Zh => "zh-CN,zh;q=0.9",
            Lang::En => "en-GB,en;q=0.9",
        };
        self
    }

    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        lock(&self.cookies).get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        lock(&self.cookies).insert(name.to_owned(), value.to_owned());
    }

    /// Opens an address and follows redirects on this site.
    #[must_use]
    pub fn get(&self, path: &str) -> Page {
        self.follow(self.visit(path))
    }

    /// Opens an address and shows what came back, a redirect too.
    #[must_use]
    pub fn visit(&self, path: &str) -> Page {
        self.send(Method::GET, path, &[], Vec::new())
    }

    /// Follows the link with this text (or a part of it).
    #[must_use]
    pub fn click(&self, page: &Page, text: &str) -> Page {
        self.get(&page.link(text))
    }

    /// Fills in the form that goes to `action` and sends it as a browser would: what the page put into the fields,
    /// changed where `values` says so. A field that the form does not have, or a choice it does not offer, panics.
    #[must_use]
    pub fn submit(&self, page: &Page, action: &str, values: &[(&str, &str)]) -> Page {
        self.follow(self.submit_once(page, action, values))
    }

    /// The same without following the redirect.
    #[must_use]
    pub fn submit_once(&self, page: &Page, action: &str, values: &[(&str, &str)]) -> Page {
        let form = page.form(action);
        let pairs = form.filled(values);
        if form.post {
            return self.post_once(&form.action, &pairs);
        }
        let path = form.action.split('?').next().unwrap_or_default();
        self.visit(&format!("{path}?{}", encode(&pairs)))
    }

    /// Sends a form that no page offered, from this site. What an impatient or inventive person might do.
    #[must_use]
    pub fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        self.follow(self.post_once(path, &pairs))
    }

    /// The same without following the redirect.
    #[must_use]
    pub fn post_here(&self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        self.post_once(path, &pairs)
    }

    /// Fills in a form and adds files to it: (field, name, bytes). The form must be one for files.
    #[must_use]
    pub fn submit_files(&self, page: &Page, action: &str, values: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
        let form = page.form(action);
        assert!(form.takes_files, "the form to {action} cannot carry files");
        self.follow(self.post_files(&form.action, &form.filled(values), files))
    }

    /// Sends fields and files that no page offered.
    #[must_use]
    pub fn post_files(&self, path: &str, pairs: &[(String, String)], files: &[(&str, &str, &[u8])]) -> Page {
        const BOUNDARY: &str = "----a line that no file of a test has";
        let mut body = Vec::new();
        for (name, value) in pairs {
            body.extend_from_slice(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        for (field, name, bytes) in files {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary=\"{BOUNDARY}\"");
        let headers = [("origin", self.site.origin.as_str()), ("sec-fetch-site", "same-origin"), ("content-type", &content_type)];
        self.send(Method::POST, path, &headers, body)
    }

    fn post_once(&self, path: &str, pairs: &[(String, String)]) -> Page {
        let headers = [("origin", self.site.origin.as_str()), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, &headers, encode(pairs).into_bytes())
    }

    /// Sends a form that stands on another site, with this browser's cookies.
    #[must_use]
    pub fn post_from_elsewhere(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        self.send(Method::POST, path, headers, b"a=b".to_vec())
    }

    fn follow(&self, mut page: Page) -> Page {
        for _ in 0..10 {
            let Some(to) = page.leads_to() else { return page };
            // Elsewhere, such as the channel's cashier, there is no site of ours to follow to.
            let local = to.strip_prefix(self.site.origin.as_str()).unwrap_or(&to).to_owned();
            if !local.starts_with('/') {
                return page;
            }
            page = self.visit(&local);
        }
        panic!("{} redirects without end", page.path);
    }

    /// One request and its answer.
    #[must_use]
    pub fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Page {
        let address = path.split('#').next().unwrap_or_default();
        let mut request = Request::builder()
            .method(method.clone())
            .uri(address)
            .header(header::HOST, self.site.host())
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT_LANGUAGE, *lock(&self.accept_language));
        if method == Method::POST && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let cookies: Vec<String> = lock(&self.cookies).iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body)).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((self.address, 40_000))));
        let (status, headers, body) = self.site.runtime.block_on(async {
            let response = self.site.router.clone().oneshot(request).await.expect("a router answers");
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body that ends");
            (parts.status.as_u16(), parts.headers, body)
        });
        self.keep_cookies(&headers);
        let page = Page::new(path, status, headers, body.to_vec());
        if self.watched {
            for text in self.site.private_texts() {
                assert!(!page.contains_bytes(&text), "{path} shows a stranger “{text}”, which is private");
            }
        }
        page
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie of visible characters");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name and a value");
            if attributes.contains("Max-Age=0") {
                lock(&self.cookies).remove(name);
            } else {
                lock(&self.cookies).insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn encode(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
