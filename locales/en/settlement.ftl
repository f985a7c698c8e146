## Reconciliation in public
settlement-title = Reconciliation
settlement-lead = Every day the payment channel's bill is compared with Huihai's ledger, gift by gift, and the result is published for anyone to see.
settlement-channel-total = Total of the channel's bills
settlement-ledger-total = Total of the ledger (same days)
settlement-not-yet = Not yet billed
settlement-word-agrees = Agrees
settlement-word-differs = Differs
settlement-all-agree = Every day compared so far agrees: { $gifts } gifts.
settlement-some-differ = { $days ->
    [one] 1 day differs
   *[other] { $days } days differ
} and is being looked into; the reason will be published here.
settlement-empty = No bill has been compared yet
settlement-empty-why = The channel issues its bill after ten in the morning of the next day; it is then compared by itself.
settlement-table = Day by day
settlement-day = Day
settlement-charity = Charity
settlement-bill = Channel's bill
settlement-ledger = Ledger
settlement-gifts = { $gifts ->
    [one] 1 gift
   *[other] { $gifts } gifts
}
settlement-state = Result
settlement-bill-hash = Bill's checksum
settlement-pages = More days
settlement-newer = Newer days
settlement-older = Older days
settlement-page = Page { $page }
settlement-how = How this is compared
settlement-how-1 = The payment channel pays gifts straight into the public charity's own merchant account. For each account and day it issues a bill with a checksum.
settlement-how-2 = Huihai downloads the bill, verifies its checksum, and compares each line with the ledger: number, transaction and amount must agree.
settlement-how-3 = What stands in the bill and not in the ledger is asked about at once and recorded if proven; what still differs is looked into by a person, who writes down the reason. The ledger is never rewritten because of a bill.

## Operator: held notifications
settlement-trail = Where you are
settlement-held-title = Payment notifications held for a person
settlement-held-lead = These notifications truly come from the channel but do not fit what we know. They were neither recorded nor thrown away.
settlement-held-none = Nothing is held
settlement-held-none-why = A notification that does not fit is listed here, oldest first.
settlement-hold-unknown-intent = We have no order of this number
    .next = Compare merchant and order number; another system may be using the same merchant account.
settlement-hold-amount-differs = The amount is not the one the donor chose
    .next = Look at the transaction on the merchant platform, contact the donor, then give it back.
settlement-hold-currency-differs = The currency is not renminbi
    .next = Look at the transaction on the merchant platform; usually it has to be refunded.
settlement-hold-merchant-differs = The money arrived on another merchant account
    .next = Contact the organisation that owns the account, then pass it on or refund it.
settlement-hold-other-transaction = A second transaction for the same gift
    .next = The donor may have paid twice; verify, then give this one back.
settlement-hold-time-differs = The time of payment does not fit the intent
    .next = Look at the time of the transaction on the merchant platform, then record or refund it.
settlement-hold-unexpected-refund = The channel reports a refund that was not asked for here
    .next = Ask the organisation who made the refund on the merchant platform; one of a known payment opens a case by itself.
settlement-order-number = Order number
settlement-transaction = Transaction
settlement-merchant = Merchant number
settlement-amount = Amount
settlement-received = Received
settlement-resolution = What was done
settlement-resolution-help = Say what you found and what you did. It cannot be changed afterwards.
settlement-resolve = Close
settlement-resolved = Closed
settlement-resolved-itself = Agrees on second look
settlement-closed = Closed
settlement-reason = Reason
settlement-refused-title = Notifications refused in the last two weeks
settlement-refused-none = No notification was refused in the last two weeks.
settlement-times = Times
settlement-last = Last
settlement-detail = Detail
settlement-refused-header-missing = A signature header is missing
settlement-refused-probe = The channel's own probe (refusing it is right)
settlement-refused-signature-type = Unsupported signature type
settlement-refused-timestamp = Unreadable timestamp
settlement-refused-clock = Five minutes or more from our clock
settlement-refused-unknown-key = Signed with an unknown key
settlement-refused-expired-key = Signed with an expired certificate
settlement-refused-not-base64 = The signature is not Base64
settlement-refused-wrong-signature = Wrong signature
settlement-refused-unreadable = Cannot be decrypted, or incomplete
settlement-refused-not-ours = A payment made through another platform
settlement-refused-bill = A bill that could not be used
settlement-refused-not-paid = Does not prove a payment to this platform
done-settlement-resolved = Closed; the reason is recorded.
refusal-settlement-resolution = Say what was done, in 1 to 500 characters on one line.
    .next = Write one sentence on what you found and did, and send it again.
refusal-settlement-decided-already = Somebody else has closed this already.
    .next = Reload the page to read their reason.

## Operator: differences
settlement-cases-title = Differences
settlement-cases-lead = Every line on which the channel's bill and the ledger disagree, oldest first.
settlement-cases-none = No open difference
settlement-cases-none-why = Bills are compared every day after ten in the morning; a difference is listed here.
settlement-run-now = Compare again now
settlement-opened = Found
settlement-case-missing-in-ledger = In the bill, not in the ledger
settlement-case-missing-in-bill = In the ledger, not in the bill
settlement-case-amount-differs = The amounts differ
settlement-case-transaction-differs = The transactions differ
settlement-case-refunded = The bill states a refund that is not posted
done-settlement-run = Compared again.

## Operator: health

## Given back
settlement-given-back = given back { $amount }
settlement-refunds-total = Given back on these days: { $bill } on the bills, { $ledger } in the ledger. It is never taken off what was given.
settlement-aside = { $payments ->
    [one] besides 1 payment of { $amount } that never became a gift and goes back
   *[other] besides { $payments } payments of { $amount } that never became gifts and go back
}
settlement-give-back = Give it back
settlement-given-back-by-case = given back, see the case
settlement-case-refund-differs = A refund with another amount or of another payment
settlement-case-refund-missing-in-bill = A refund of ours is not on the bill
