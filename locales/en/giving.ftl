## Giving

giving-steps = Steps of giving
giving-step-amount = Amount
giving-step-calmer = Look first
giving-step-pay = Pay
giving-step-done = Done
giving-step-behind = done

## Step one: how much
giving-to = Give to “{ $project }”
giving-to-lead = { $recipient }, the public charity that receives it, is paid directly. From one jiao (¥0.10).
giving-please-correct = Please correct this first
giving-amount = How much
giving-amount-help = Each gift from { $smallest } to { $largest }.
giving-yuan = yuan
giving-usual-amounts = Usual amounts
giving-optional = optional
giving-name = Name to show
giving-name-help = Stands on the certificate and in the public list of gifts; it need not be your real name.
giving-message = Message
giving-message-help = A word for the project, at most { $most } characters.
giving-anonymous = Give anonymously
giving-anonymous-help = The public list then only says “an anonymous friend”. You can change this at any time.
giving-next-calmer = Next: look first
giving-not-now = Not now
giving-word-look = Please look again
giving-word-note = Note

## Step two: the calmer
giving-calmer = Look first, then pay
giving-calmer-lead = This is how the project stands at this moment, the good and the less good. Go on when you have made up your mind.
giving-calmer-as-of = As of { $time }; kept with your gift, to be read again at any time
giving-fact-filed = Filed
giving-fact-carried-out = Being carried out
giving-fact-spending = Spending
giving-fact-progress = Progress
giving-fact-disclosure = Financial disclosure
giving-fact-fundraising-report = Report on the fundraising
giving-fact-final-report = Report at the end of the project
giving-fact-receipts = Report on what was received
giving-fact-leftovers = Report on what is left
giving-filed = { $day } ({ $age })
giving-filed-number = { $day } ({ $age }), filing number { $number }
giving-state-draft = draft
giving-state-submitted = submitted for review
giving-state-reviewed = reviewed
giving-state-published = raising funds
giving-state-fundraising-ended = fundraising has ended
giving-state-executing = being carried out
giving-state-closed = closed
giving-carried-out-since = { $state }, since { $day } ({ $age })
giving-spending = Raised { $raised } ({ $gifts } gifts, goal { $goal }); paid out { $paidout }; spent { $spent }, which is { $share } of what was raised
giving-spending-none = No gifts yet (goal { $goal })
giving-progress = { $count ->
    [one] 1 post. The latest, “{ $title }”, is of { $day } ({ $age })
   *[other] { $count } posts. The latest, “{ $title }”, is of { $day } ({ $age })
}
giving-progress-none = No progress has been published yet
giving-disclosure = { $count ->
    [one] 1 report. The latest covers { $from } to { $until } and closes at { $closing } (published { $age })
   *[other] { $count } reports. The latest covers { $from } to { $until } and closes at { $closing } (published { $age })
}
giving-disclosure-none = No finances have been disclosed yet
giving-due-on = Was due by { $day }
giving-overdue = { $days ->
    [one] 1 day overdue
   *[other] { $days } days overdue
}
giving-in-time = in time
giving-read-progress = Read the progress
giving-read-disclosure = Read the disclosure
giving-budget = What each budget line plans and has spent
giving-budget-item = Budget line
giving-budget-planned = Planned
giving-budget-spent = Spent
giving-about-to-give = Your gift
giving-line-project = Project
giving-line-recipient = Received by
giving-line-signed = Signed
giving-line-number = Gift number
giving-line-time = Received at
giving-line-day = Day of the gift
giving-line-place = Place
giving-signed-anonymous = an anonymous friend
giving-signed-nobody = a friend
giving-to-own-account = The money goes straight to { $recipient }'s own account; the platform never holds it.
giving-irrevocable = Once paid, a gift can generally not be taken back. Please give what you can spare.
giving-confirm = I understand, pay { $amount }
giving-edit = Go back and change
giving-order-description = Gift: { $project }

## The waiting room
giving-title-waiting = Many people are giving; please wait a moment
giving-before-you = Before you
giving-before-you-count = { $count } people
giving-estimate = About
giving-estimate-seconds = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
giving-estimate-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
giving-estimate-unknown = cannot be said just now
giving-waiting-place = Your place is kept and nothing has been charged. There is nothing to press.
giving-waiting-why = The payment channel opens only so many orders a second. We let { $count } through each second, first come, first served.
giving-waiting-reload = This page reloads by itself. You may close it: the same address brings you back to your place.
giving-leave = Leave and go back to the project

## Paying
giving-title-pay = Pay
giving-pay-lead = Your order is ready and can be paid until { $time }.
giving-open-cashier = Open WeChat Pay
giving-i-have-paid = I have paid
giving-inside-wechat = If the cashier does not open here, use the menu at the top right and choose to open this page in a browser.
giving-open-in-wechat = No button? Make sure that this page is open inside WeChat and that scripts are allowed; or give again in your phone's browser.
giving-open-wechat-pay = Pay with WeChat
giving-jsapi-cancelled = Nothing was paid. You can press it again.
giving-jsapi-failed = The cashier did not open and nothing was charged. Please try again.
giving-wechat-sign-in = To pay inside WeChat, sign in with it first.
giving-wechat-sign-in-link = Sign in with WeChat
giving-scan = Scan with WeChat to pay
giving-scan-help = Open WeChat on your phone and choose Scan. Once you have paid, this page shows it by itself.
giving-test-cashier = Open the demonstration cashier
giving-title-confirming = Checking with WeChat Pay
giving-confirming-lead = We are asking WeChat Pay whether this has been paid.
giving-confirming-safe = If you have paid, the money is not lost: we keep comparing with WeChat Pay's records, and this page shows your gift as soon as it is confirmed. If you have not paid, nothing is charged.
giving-back-to-pay = Not paid yet: back to paying
giving-title-closed = This was not paid and is closed
giving-closed-why = The order was not paid within two hours. It has been closed at WeChat Pay and cannot be paid any more.
giving-title-refused = WeChat Pay did not accept this order
giving-refused-why = The reason WeChat Pay gave is { $reason }. The people on duty here can see this record.
giving-ended-safe = Nothing was charged. If you would still like to give, please start again.
giving-again = Start again
giving-title-held = A person is checking this payment
giving-held-lead = WeChat Pay reports a payment that does not match this gift.
giving-held-next = The money is not lost and has not been booked wrongly. The people on duty will clear it up, and the result will be shown here. Please keep this page's address and your payment record in WeChat.
giving-title-given-back = This payment was given back
giving-given-back-lead = What WeChat Pay received did not fit this gift and was never booked.
giving-given-back-why = { $amount } went back the way it came; you find it in your WeChat Pay bill.
giving-paid-again = This gift was paid twice. The second { $amount } is not booked and will go back the way it came once it has been looked at.
giving-paid-again-back = This gift was paid twice. The second { $amount } was never booked and has gone back the way it came.
giving-to-help = How to reach us

## Done
giving-title-thanks = Thank you, it has arrived
giving-thanks-lead = { $recipient } has received your gift.
giving-receipt = Your gift
giving-place = Gift number { $position } of this project
giving-copy = Copy
giving-copied = Copied
giving-keep-address = This page's address is your proof, so please keep it. Whoever knows the address can see this page.
giving-where = Where my money is now
giving-stop-given = Your drop
giving-stop-received = received
giving-stop-account = The project's account
giving-stop-listing = being listed
giving-stop-listing-note = This usually takes a few seconds; the page reloads by itself.
giving-stop-in-account = in the account
giving-stop-passed = has passed
giving-stop-account-note = Kept by { $recipient }.
giving-stop-paid-out = Paid out to the implementer
giving-stop-spent = Spent on the project
giving-stop-not-yet = not yet
giving-stop-partly = in part
giving-stop-all-paid-out = paid out
giving-stop-all-spent = spent
giving-part-payout = Payout of { $day }
giving-part-expense = { $item }: { $description } ({ $day })
giving-part-more = Others together
giving-offline-title = Your offline gift
giving-offline-gifts = Offline gifts
giving-offline-how = A bank transfer can be yours in the books as well:
giving-offline-kind = How it was given
giving-offline-received = Received on
giving-offline-undone = The charity has corrected this entry (a cheque that bounced, for example); it no longer counts as raised.
giving-stop-in-place = { $amount } of it stands in place of a gift that was given back: its money had already gone, so the refund was paid with the newest money in the account, and this part of yours stands where that money went.
giving-stop-back = Given back
giving-stop-all-back = all given back
giving-part-back = Given back on { $day }
giving-stop-redirected = Used for another project
giving-stop-all-redirected = all used elsewhere
giving-stop-redirected-note = Money was left when the project ended; by article 58 of the Charity Law it is used for a project with the same or a similar purpose.
giving-part-redirected = moved on { $day }
giving-keep = To keep
giving-certificate = Certificate (picture)
giving-certificate-note = To save or to share
giving-certificate-svg = Certificate (vector drawing)
giving-certificate-svg-note = Sharp at any size, for printing
giving-paper = Donation receipt
giving-paper-note = Issued by the charity; apply within three months and before the year ends
giving-kept = What you were told before paying
giving-kept-note = Word for word, with its hash
giving-to-project = The project's page
giving-to-project-note = Its progress and every expense
giving-signature = How it is signed
giving-sign = Save
done-giving-signed = The signature has been changed.
giving-trail = Where you are
giving-the-gift = This gift
giving-kept-lead = “{ $project }” as it stood at { $time }, when you gave. Every “ago” counts from that moment.
giving-kept-proof = How to make sure nothing was changed
giving-kept-proof-body = Download the text below and compute its SHA-256. It must equal the hash shown here, which was stored with your gift before you paid.
giving-kept-hash = SHA-256
giving-kept-download = Download the text (JSON)

## My gifts
giving-mine = My gifts
giving-mine-lead = Every gift you made while signed in, and how far it has come.
giving-mine-sum = Received in total
giving-mine-count = Gifts
giving-mine-projects = Projects
giving-mine-years = Years
giving-mine-all-years = All
giving-mine-year = { $year }
giving-mine-none = No gifts here yet
giving-mine-none-why = What you give while signed in is listed here. A gift made without signing in is found at the address you were given then.
giving-find-project = Find a project
giving-mine-papers = Receipts and statements
giving-mine-receipts = Donation receipts
giving-mine-receipts-note = Whether each gift can have one, and why not; apply here and take it here
giving-mine-statement = Yearly statement
giving-mine-statement-note = Every gift of a year with receipts, refunds and where the money is; can be printed
giving-mine-csv = Download as a spreadsheet (CSV)
giving-mine-newest = Back to the newest
giving-mine-older = Older
giving-mine-pages = Pages
giving-badge-waiting = waiting
giving-badge-pay = to be paid
giving-badge-confirming = being checked
giving-badge-thanks = received
giving-badge-closed = not paid, closed
giving-badge-refused = not accepted
giving-badge-held = with a person
giving-badge-given-back = not booked, given back
giving-csv-number = Gift number
giving-csv-begun = Begun
giving-csv-paid = Received
giving-csv-project = Project
giving-csv-recipient = Received by
giving-csv-amount = Amount (yuan)
giving-csv-way = Way
giving-csv-online = online
giving-csv-state = State
giving-csv-signed = Signed
giving-csv-message = Message
giving-csv-receipt = Receipt

## The certificate
giving-certificate-title = Certificate
giving-certificate-sentence = Your drop has joined the sea.
giving-certificate-number = Certificate number
giving-certificate-qr = The project

## When something will not be done
refusal-giving-too-small = A gift is at least { $smallest }.
    .next = Please choose a larger amount.
refusal-giving-too-large = A gift is at most { $largest }.
    .next = Choose a smaller amount or give several times; larger sums can be sent to the charity by bank transfer.
refusal-giving-name-long = A name has at most { $most } characters.
    .next = Please make it shorter.
refusal-giving-message-long = A message has at most { $most } characters.
    .next = Please make it shorter.
refusal-giving-alarm = The books are being checked, so no new gifts can be begun for the moment.
    .next = What has been paid is booked as always. Please come back in a while.
refusal-giving-forged = This confirmation was not made by a page of this site, so nothing was done.
    .next = Nothing was charged. Please go back to the project and start giving again.
refusal-giving-calmer-old = What you were shown is more than half an hour old.
    .next = Below is how things stand now; please look again.
refusal-giving-calmer-changed = Something about this project has just changed.
    .next = Below is how things stand now; please look again before you decide.
refusal-giving-unknown-calmer = What you are confirming is not in our records.
    .next = Below is how things stand now; please look again.
refusal-giving-not-confirmed = This gift has not arrived yet, so there is no certificate.
    .next = Once it has arrived, the certificate is on the gift's page.
refusal-giving-no-font = This server cannot draw the certificate's picture at the moment.
    .next = Please use the vector drawing: the same address with .svg at its end instead of .png.
refusal-giving-not-json = The request is not JSON.
    .next = Send a JSON object as the description of the interface says.
refusal-giving-not-text = { $field } must be text.
    .next = Put it in quotes, for example "0.10" for an amount.
refusal-giving-not-flag = { $field } must be true or false.
    .next = Correct it and send it again.
refusal-giving-trade-type = The way of paying is either h5 or native.
    .next = It can also be left out and is then chosen to suit the browser.

## When an amount is mistyped
amount-empty = Please enter an amount.
amount-not-a-number = Please write the amount in digits, for example 12.50.
amount-exponent = Please write the amount in full, for example 1000.
amount-hexadecimal = Please write the amount in decimal digits.
amount-negative = The amount cannot be negative.
amount-finer-than-fen = The smallest unit is one fen, ¥0.01.
amount-not-in-yuan = Please write the amount in yuan, for example 0.1 for one jiao.
amount-too-large = This amount is too large.
amount-two-dots = The amount can have only one decimal point.
amount-misplaced-comma = The commas in the amount are misplaced; you can leave them out.
giving-project-notices = News of the projects you gave to


## Given back
giving-refund = Ask for it back
giving-refund-note = Paid by mistake or twice, by a child, from a stolen account
giving-line-returned = Given back
giving-mine-refunds = My refund cases
