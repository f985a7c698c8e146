## discover: home, about, help, the article's figures

discover-home-title = Drop by drop, a sea
discover-home-lead = Ten fen is enough to give. Every fen you give can be followed to where it went.
discover-home-give = Give
discover-home-find = Find my gift
discover-home-how = How to give, how to check
discover-home-received = Gifts received
discover-home-gifts = Gifts
discover-home-projects = Public projects
discover-home-charities = Charities
discover-home-spent = Spent on budget lines
discover-home-empty-figures = There is no public project yet. Once the first one is published, this place says what came in and what was spent.
discover-home-curated = Out of poverty, towards a good life
discover-home-curated-lead = The operator chooses this column. It costs nothing, and no place in it can be bought.
discover-home-all = All projects
discover-home-none = There is no public project yet
discover-home-none-why = A project appears here after it has been reviewed and filed with the civil affairs authority.
discover-home-newest = Raising funds now
discover-home-fields = Five fields
discover-home-field-projects = { $count ->
    [one] 1 project
   *[other] { $count } projects
}
discover-home-news = Where the gifts have got to
discover-home-way = The way of a gift
discover-way-look = { $number }. Look first
    .body = Before you pay you see when the project was filed, how far it is, what was spent and what is overdue. Then you decide.
discover-way-pay = { $number }. Pay the charity itself
    .body = The money goes straight to the public charity's own WeChat Pay account. The platform never holds it and takes no fee.
discover-way-payout = { $number }. Two approvals before a payout
    .body = One person asks for money, two others approve in turn, and only then is it paid to the implementer.
discover-way-spend = { $number }. Spent on budget lines
    .body = Every expense names its budget line, the quantity and the price of each. You can see which step your money has reached.
discover-home-trust = See for yourself whether the books agree
discover-books-link = See every day's reconciliation
discover-home-books-none = Every morning the payment channel's bill of the day before is compared with the ledger, gift by gift, and the result is public. There is no day to compare yet.
discover-home-books-agree = Bills and ledger agree
discover-home-books-differ = { $differing ->
    [one] 1 day does not agree yet
   *[other] { $differing } days do not agree yet
}
discover-books-line-agree = { $days } daily bills compared: the payment channel says { $bill }, the ledger says { $ledger }, equal to the fen.
discover-books-line-differ = { $days } daily bills compared: the payment channel says { $bill }, the ledger says { $ledger }. The days that differ are being looked at gift by gift; the reason will stand on the reconciliation page.

discover-about-title = About Huihai
discover-about-lead = Huihai is an open platform for internet charity: small gifts made easy, every fen in plain sight.
discover-about-money = The money does not pass through us
    .body = Every payment goes straight to the public charity's own WeChat Pay account. The platform has no account for gifts: it receives nothing, keeps nothing and takes no share. Its ledger is a mirror of that account and is compared with the channel's bill every day, gift by gift, in public.
discover-about-calm = Look first, then pay
    .body = Before every payment we show when the project was filed, how it is being carried out, what was spent and what is new, and we show what is overdue. What you saw is kept with your gift and can be read years later; nobody can change it.
discover-about-follow = Even one drop can be found
    .body = Your gift has its own place in the project. Payouts and expenses are laid along that place in their order, so you can see whether your money is still in the account, with the implementer, or spent, and on what.
discover-about-open = Anyone can check
    .body = Huihai is open-source software under the Apache 2.0 licence. Any foundation, county, company or university can run its own and can look at how it keeps its books.
discover-about-modes = Who may do what with it
    .body = Public fundraising follows the law. Every Huihai states which of these it is, on every page.
discover-about-here = This site is
discover-mode-demo = Demonstration
    .body = Organisations, projects and people are invented; no real money is taken.
discover-mode-own-site = A charity's own site
    .body = The site of a charity qualified for public fundraising, which publishes its appeals at the same time on a designated platform (Charity Law, article 27).
discover-mode-designated = Designated public fundraising platform
    .body = Designated by the civil affairs department of the State Council to serve many charities, without fees and without advertisements.
discover-mode-closed = Mutual help
    .body = People of one village, community or unit help each other; it does not address the public.
discover-about-more = Read on

discover-help-title = Help
discover-help-lead = How to give, where the money is, whom to ask.
discover-help-contents = On this page
discover-help-give = How to give
    .body =
        Choose a project, press “Give”, enter an amount from ¥0.10.
        You are shown the project's true state first; after you confirm it, you pay with WeChat. No account is needed and it takes a minute.
discover-help-safe = Is my money safe
    .body =
        It goes straight to the public charity's own account; the platform never holds it.
        Every day's bill and ledger are compared gift by gift, and anyone can look.
discover-help-missing = I paid, but the page does not show it
    .body =
        Please do not pay again. Money that was paid is not lost: the payment channel keeps telling us and we ask it too, so it usually shows within seconds or minutes.
        If you were signed in, it is under “My gifts”. If not, open the address of the page you came to after paying: that address is the proof of this gift, so keep it.
        If it is still missing after a day, contact the public charity named on the project's page with a picture of your WeChat bill.
discover-help-where = Where my money is now
    .body =
        Open the page of your gift: it says whether the money is still in the project's account, with the implementer, or spent on which line.
        Progress and finances are published at least every three months. A project that is late is marked as late.
discover-help-refund = I made a mistake and want a refund
    .body = Open the page of your gift and choose "Ask for it back": say why, how much (a part is fine) and what happened, then add the papers that your reason needs. The charity answers within ten working days and finishes within thirty days, unless this site has set other terms; two people have to agree, and the money goes back the way it came. If it is refused you read why and can appeal to the operator. Once it has arrived a gift is usually for good, but what was paid twice, by a child, from a stolen account or against somebody's will is given back. The platform never calls to ask for a bank card number or a code.
discover-help-certificate = Certificates and receipts
    .body =
        After paying you can download a certificate from the page of your gift.
        The donation receipt for tax purposes is issued by the public charity; please ask it. The certificate does not replace the receipt.
discover-help-privacy = Will my name be public
    .body =
        Tick “anonymous” and no name is shown; otherwise only the name you typed yourself. You can change this at any time.
        Phone numbers are never public; they serve to sign in and to find gifts.
        What you agreed to and what is held about you is yours to see, to withdraw and to copy at any time; you can also close your account.
discover-help-reading = The type is too small
    .body =
        “Large type” at the top of every page makes type and buttons bigger. You can also switch here:
discover-help-keyboard = Without a mouse, or with a screen reader
    .body =
        Every page works with the keyboard alone: Tab moves on, Enter opens. The first Tab is “Skip to content”.
        Every picture of numbers has the same numbers as words or as a table. Giving also works without scripts.

discover-article-title = Where it comes from
discover-article-short = The true figures of a report of 2020
discover-article-lead = In 2020 a newspaper described how the small gifts of millions became one force. Huihai wants to make such a system software that anyone can run and anyone can check.
discover-article-source = Source: China Society News (中国社会报), 11 September 2020, Zhou Liang (周亮), 凝聚涓滴汇海的脱贫力量.
discover-article-source-short = Source: 中国社会报, 2020-09-11
discover-article-others = These are other people's figures
    .body = The figures on this page belong to the events and programmes of the organisations in the report. Those organisations have nothing to do with this site: they took no part in it and did not endorse it. This site's own figures are on its home page and its reconciliation page only.
discover-article-years = Gifts of one event, two years
    .body = The report names 2015 and 2020. It does not name the years between, and we do not fill them in.
discover-article-year = Year
discover-article-numbers = See the numbers
discover-article-table = Gifts by the public, 2015 and 2020
discover-article-mean = One number does not fit
    .body = The report gives { $printed } as the mean gift of 2020. Its own total { $amount } divided by its own count { $gifts } is { $divided }. Rounding does not explain the difference. We print what it says, and we say this too.
discover-article-wider = Other figures of the report
discover-article-programmes = Six examples
    .body = The six programmes that the report describes. What they do is told in our own words, the numbers are the report's.
discover-article-taken = What these figures are for
    .body = They are the yardstick of this software: can it carry so many projects, gifts and acts on one small machine. The organisations, projects and people of the demonstration are all invented and have nothing to do with those of the report.
discover-bound-over = more than { $number }
discover-bound-about = about { $number }

discover-figure-amount = Total given
discover-figure-gifts = Gifts
discover-figure-mean = Mean gift
discover-figure-interactions = Interactions in 2020
discover-figure-companies = Companies taking part in 2020
discover-figure-charities = Charities taking part in 2020
discover-figure-projects = Projects funded on that platform
discover-figure-small-gifts = Gifts below ¥10, share of all gifts
discover-figure-shops = Shops in the province
discover-figure-shops-2018 = Shops supported in 2018
discover-figure-raised-2018 = Raised in 2018
discover-figure-shops-2019 = Shops supplied in 2019
discover-figure-raised-2019 = Raised at the event of 2019
discover-figure-raised-2020 = Raised at the event of 2020
discover-figure-gifts-2020 = Gifts by the public in 2020
discover-figure-centres = Built in the country
discover-figure-counties = Counties reached
discover-figure-centres-one-county = In Youyang county alone
discover-figure-teachers = Teachers reached in Youyang
discover-figure-pupils = Pupils reached in Youyang
discover-figure-centres-online = Funded online
discover-figure-raised = Raised
discover-figure-price = Each
discover-figure-items = Things inside
discover-figure-parcels = Handed over
discover-figure-provinces = Provinces reached
discover-figure-hives = Hives
discover-figure-seedlings = Medicinal seedlings
discover-figure-trainings = Trainings
discover-figure-trained = Times somebody was trained
discover-figure-textbooks = Sets of textbooks
discover-figure-groups = Mutual-aid groups
discover-figure-lamps = Street lamps

discover-programme-market = Village shops for good deeds (Shaanxi)
    .body = Villagers earn points by good deeds, tidy homes and shared work, and redeem them for everyday goods in the village shop. What one has earned is taken with pride. Run by the Shaanxi Charity Association (陕西省慈善协会) since 2017.
discover-programme-classroom = Dream centres (Youyang in Chongqing and elsewhere)
    .body = A different kind of room in a village school, and teachers who learn to teach differently in it. Run by the Shanghai foundation 真爱梦想, begun in Youyang in 2009.
discover-programme-medicine = Care against illness and poverty (Qinghai)
    .body = A fund that adds to insurance, and three centres: one assesses new medicines, one trains doctors, one stands by the families of ill children. Run by the Beijing foundation 新阳光; figures up to the event of 2020.
discover-programme-parcel = Warm parcels
    .body = Before winter, coat, boots, frostbite cream, school bag and a toy go into one parcel, into a child's hands in the mountains, and somebody comes back to see whether the boots fit. Begun by the foundation 壹基金; handed over from 2011 to March 2020.
discover-programme-hives = Keep the forest home (Three Parallel Rivers)
    .body = Villagers learn to keep bees and grow medicinal herbs. The better the forest, the better the honey and its price, and nobody fells it. Run by the foundation 阿拉善SEE since 2015.
discover-programme-lamps = Light up Xunwu (Jiangxi)
    .body = In 2019 the people of a county gave the steps they walked, and the steps became street lamps. Village secretaries wrote open letters asking everyone to walk along. Begun by the foundation 腾讯公益慈善基金会.
discover-books-waiting = { $amount } more was given since the last bill and waits for the next one.
