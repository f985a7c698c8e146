//! WeChat Pay API v3: build the request, read the answer.
