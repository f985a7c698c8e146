## Words on every page
site-name = Huihai
skip-to-content = Skip to content
menu = Menu
navigation = Main navigation
page-tools = Settings and account
nav-home = Home
nav-projects = Projects
nav-books = Reconciliation
nav-my-gifts = My gifts
nav-desk = Desk
nav-operator = Operator
sign-in = Sign in
account = My account
size-large = Large type
size-normal = Normal type
footer-give = Giving
footer-organisations = Charities
footer-trust = In the open
footer-complain = Complain or report
footer-staff = Staff sign-in
footer-disclosure = Reports due and late
footer-about-us = About
footer-about = About Huihai
footer-article = Where it comes from
footer-help = Help
footer-outbox = Demo message box
footer-reading = Display
theme-light = Light
theme-dark = Dark
theme-auto = As the device
imprint = Huihai is an open-source platform for internet charity. Gifts go straight to the public charity's own account; the platform never holds them.
statement-demo = Demonstration: organisations, projects and people are invented; no real money is taken.
statement-own-site = This is a charity's own site; its appeals are published at the same time on a designated platform.
statement-designated = A public fundraising platform designated by the Ministry of Civil Affairs.
statement-closed = This site serves mutual help inside a village, community or unit; it does not raise funds from the public.
word-refused = That was not done
word-done = Done
to-home = Go to the home page
as-of = As of { $time }
ago-now = just now
ago-minutes = { $count ->
    [one] 1 minute ago
   *[other] { $count } minutes ago
}
ago-hours = { $count ->
    [one] 1 hour ago
   *[other] { $count } hours ago
}
ago-days = { $count ->
    [one] 1 day ago
   *[other] { $count } days ago
}

## When something will not be done
refusal-next = Go back, change it and try again.
refusal-not-found = What you are looking for is not here.
    .next = It may have been taken down, or you may not be allowed to see it. The home page is a good place to start again.
refusal-forbidden = Your seat does not allow this.
    .next = If it is your job, ask your organisation's manager for the seat.
refusal-other-origin = This was not sent from a page of this site, so nothing was done.
    .next = Open the page here and send it again.
refusal-method = This address cannot be opened this way.
    .next = It receives forms. Start again from the home page.
refusal-claimed = A colleague has taken this up until { $until }.
    .next = Talk to them first. When the time is over, or they let go of it, you can take it up.
refusal-upload-too-large = The files are more than { $most } MB together and were not taken.
    .next = Make them smaller or send them in parts. A few MB are enough for a clear photograph.
refusal-upload-broken = The form did not arrive whole.
    .next = The network may have broken off. Go back and send it again.
refusal-too-many = That was too often.
    .next = Please try again in a few minutes.
refusal-sign-in-first = Please sign in first.
    .next = Your phone number and a code are all you need.
refusal-staff-sign-in-first = Please sign in as staff first.
    .next = Staff sign in with a login name, a password and a one-time code.
refusal-our-fault = Something went wrong on our side and this was not done.
    .next = You did nothing wrong. Please try again in a while; if you have paid, the money is not lost, we keep checking.

## The rooms of the desks
desk-rooms = Other rooms
room-refunds = Refund cases
room-refunds-note = Gifts that are asked back: papers, approval, where the money is
room-operator-refunds = Refund cases
room-operator-refunds-note = Every charity's cases, what is late, appeals
room-held = Confirmations held for a person
room-held-note = genuine, but they do not fit
room-reconciliation = Differences in reconciliation
room-reconciliation-note = where the channel's bill and the ledger differ
room-health = Health
room-health-note = queues, jobs, the check of the books
room-organisation = Affairs of the organisation
room-organisation-note = Certificates, partners, yearly reports
room-admissions-note = Organisations waiting for review
