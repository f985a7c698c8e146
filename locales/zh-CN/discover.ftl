## discover：首页、关于、帮助、报道中的数字

discover-home-title = 一滴一滴，汇成海
discover-home-lead = 一角钱也能捐。捐出去的每一分，都能查到它去了哪里。
discover-home-give = 我要捐赠
discover-home-find = 查我捐的钱
discover-home-how = 怎么捐，怎么查
discover-home-received = 已收到捐赠
discover-home-gifts = 捐赠笔数
discover-home-projects = 公开项目
discover-home-charities = 慈善组织
discover-home-spent = 已花在预算项上
discover-home-empty-figures = 还没有公开的项目。第一个项目发布之后，这里会如实写出收到多少、花了多少。
discover-home-curated = 脱贫攻坚，迈向美好生活
discover-home-curated-lead = 这一栏由平台运营方挑选，不收费，也不能用钱买位置。
discover-home-all = 全部项目
discover-home-none = 还没有公开的项目
discover-home-none-why = 慈善组织提交的项目经审核、在民政部门备案之后，才会出现在这里。
discover-home-newest = 正在筹款
discover-home-fields = 五个领域
discover-home-field-projects = { $count } 个项目
discover-home-news = 善款走到了哪里
discover-home-way = 一笔捐赠怎么走
discover-way-look = { $number }. 先看清楚
    .body = 付款之前，先给您看这个项目什么时候立项、做到哪一步、钱花了多少、有没有逾期。看过再决定。
discover-way-pay = { $number }. 付款直达
    .body = 钱直接进入公募机构自己的微信支付商户账户。平台不经手，也不收手续费。
discover-way-payout = { $number }. 两人审批才拨付
    .body = 要用钱时，由一个人申请，另外两个人先后同意，钱才拨给执行机构。
discover-way-spend = { $number }. 花在预算项上
    .body = 每一笔支出都写明花在哪一项、买了多少、多少钱一个。您能查到自己的钱在哪一步。
discover-home-trust = 账对不对，您可以自己看
discover-books-link = 看每天的对账
discover-home-books-none = 每天上午取得支付渠道前一天的账单，逐笔和平台账本核对，结果公开。还没有需要核对的日子。
discover-home-books-agree = 账单与账本一致
discover-home-books-differ = 有 { $differing } 天还没有对上
discover-books-line-agree = 已核对 { $days } 份日账单：支付渠道合计 { $bill }，平台账本合计 { $ledger }，一分不差。
discover-books-line-differ = 已核对 { $days } 份日账单：支付渠道合计 { $bill }，平台账本合计 { $ledger }。没有对上的日子正在逐笔查，原因会写在对账页上。

discover-about-title = 关于汇海
discover-about-lead = 汇海是一套开放的互联网公益平台：让小额捐赠容易，让每一分钱都看得见。
discover-about-money = 钱不经过我们
    .body = 您付的每一笔钱，都直接进入公募慈善组织自己的微信支付商户账户。平台没有收款账户，不代收、不代管、不提成。平台上的账本是那个账户的镜子，每天和支付渠道的账单逐笔核对，结果公开。
discover-about-calm = 先看清楚，再付款
    .body = 每次付款前，我们都给您看这个项目的立项时间、执行情况、善款花费和最近进展，逾期的也照样写出来。您当时看到的内容会和这笔捐赠一起保存，几年之后还能查到，改不了。
discover-about-follow = 一滴水也能找到
    .body = 您的捐赠在项目里有自己的位置。拨款和支出按先后顺序记在这个位置上，所以您能看到自己的钱还在账户里、已经拨给执行机构，还是已经花在了哪一项。
discover-about-open = 人人可以检查
    .body = 汇海是开放源代码的软件，以 Apache-2.0 许可证发布。任何基金会、县、企业或学校都可以自己架设一套，也可以检查它是怎样记账的。
discover-about-modes = 谁可以用它做什么
    .body = 公开募捐要依法进行。每一套汇海都要选定自己属于哪一种，并把说明印在每一页上。
discover-about-here = 本站属于
discover-mode-demo = 演示
    .body = 机构、项目和人物都是虚构的，不收真钱。
discover-mode-own-site = 慈善组织自有网站
    .body = 有公开募捐资格的慈善组织自己的网站，同时在国家指定的平台上发布募捐信息（《慈善法》第二十七条）。
discover-mode-designated = 指定的互联网公开募捐服务平台
    .body = 由国务院民政部门指定，为许多慈善组织服务，不收费，不放广告。
discover-mode-closed = 内部互助
    .body = 只在一个村、一个社区或一个单位里面互相帮助，不面向公众。
discover-about-more = 接着看

discover-help-title = 帮助
discover-help-lead = 怎么捐、钱在哪里、出了问题找谁。
discover-help-contents = 本页内容
discover-help-give = 怎么捐
    .body =
        选一个项目，点“我要捐赠”，填金额，一角钱起。
        页面会先把项目的真实情况给您看，确认之后用微信付款。不用注册也能捐，只要一分钟。
discover-help-safe = 钱安全吗
    .body =
        钱直接进公募慈善组织自己的商户账户，平台不经手。
        每天的账单和账本都逐笔核对，谁都可以看。
discover-help-missing = 付了款，页面却没显示
    .body =
        请不要再付一次。付款成功的钱不会丢：支付渠道会反复通知我们，我们也会主动去问，通常几秒到几分钟就会显示。
        登录后在“我的捐赠”里能看到。没有登录就捐的，请打开付款后那一页的网址，那个网址就是这笔捐赠的凭据，请收好。
        过了一天仍然没有，请带上微信支付的账单截图，联系项目页上写的公募机构。
discover-help-where = 我的钱现在在哪里
    .body =
        打开这笔捐赠的页面，“我的钱在哪里”会写明：还在项目账户、已拨给执行机构，还是花在了哪一项。
        执行机构每三个月至少公布一次进展和财务披露。逾期的项目会标出来。
discover-help-refund = 捐错了，想退款
    .body = 打开那笔捐赠的页面，选“申请退款”：写明原因、金额（可以只退一部分）和经过，再按提示上传证明。慈善组织在十个工作日内首次答复、三十天内办结（本站另有设置的除外）；两人同意后原路退回。不退会写明理由，您可以向平台运营方申诉。捐赠到账后一般不能撤回，但重复付款、孩子误付、账户被盗用或违背本人意愿的捐赠可以退。平台不会打电话叫您提供银行卡号或验证码。
discover-help-certificate = 证书和票据
    .body =
        付款成功后，可以在这笔捐赠的页面下载捐赠证书。
        抵税用的公益事业捐赠票据由公募接收机构开具，请向它索取。证书不能代替票据。
discover-help-privacy = 名字会公开吗
    .body =
        捐的时候勾选“匿名”，名字就不公开；不勾选，只显示您自己写的称呼。以后随时可以改。
        手机号从不公开，只用来登录和查询。
        您同意过什么、平台有您的哪些数据，随时可以看、可以撤回、可以要一份；不想用了，可以注销。
discover-help-reading = 字太小，看不清
    .body =
        点页面上方的“大字版”，字和按钮都会变大。也可以在这里换：
discover-help-keyboard = 不用鼠标，或者用读屏软件
    .body =
        每一页都可以只用键盘操作：按 Tab 键往下走，按回车键打开。第一下 Tab 就是“跳到正文”。
        每个图都配有同样内容的文字或表格。关掉脚本也能完成捐赠。

discover-article-title = 它从哪里来
discover-article-short = 2020 年一篇报道里的真实数字
discover-article-lead = 2020 年的一篇报道，记下了千万人小额捐赠怎样汇成一股力量。汇海想把那套系统，做成谁都可以架设、谁都可以检查的软件。
discover-article-source = 来源：《中国社会报》2020 年 9 月 11 日，周亮：“凝聚涓滴汇海的脱贫力量”。
discover-article-source-short = 来源：《中国社会报》，2020-09-11
discover-article-others = 这些是别人的数字
    .body = 本页的数字属于报道中那些机构自己的活动和项目。那些机构与本站没有任何关系，没有参与，也没有授权。本站自己的数字只在首页和对账页上。
discover-article-years = 同一个活动，两个年份
    .body = 报道只写了 2015 年和 2020 年。中间几年它没有写，我们也不补。
discover-article-year = 年份
discover-article-numbers = 看数字
discover-article-table = 公众捐款，2015 年与 2020 年
discover-article-mean = 有一个数对不上
    .body = 报道写 2020 年平均每笔 { $printed }。可是用它写的总额 { $amount } 除以总人次 { $gifts }，得到的是 { $divided }。四舍五入解释不了这个差别。我们照原文写，也把这一点写在这里。
discover-article-wider = 报道里的其他数字
discover-article-programmes = 六个例子
    .body = 报道讲到的六个项目。做法用我们自己的话写，数字照报道。
discover-article-taken = 这些数字怎样用
    .body = 它们是这套软件的尺子：能不能用在一台小机器上，承受住那样多的项目、捐赠和互动。演示里的机构、项目和人物全是虚构的，与报道中的机构无关。
discover-bound-over = 超过 { $number }
discover-bound-about = 约 { $number }

discover-figure-amount = 捐款总额
discover-figure-gifts = 捐款人次
discover-figure-mean = 平均每笔
discover-figure-interactions = 2020 年互动人次
discover-figure-companies = 2020 年参与企业（家）
discover-figure-charities = 2020 年参与慈善组织（家）
discover-figure-projects = 平台获捐项目（个）
discover-figure-small-gifts = 10 元以下的捐赠，占笔数
discover-figure-shops = 全省小超市（家）
discover-figure-shops-2018 = 2018 年资助（家）
discover-figure-raised-2018 = 2018 年筹款
discover-figure-shops-2019 = 2019 年供应（家）
discover-figure-raised-2019 = 2019 年活动筹款
discover-figure-raised-2020 = 2020 年活动筹款
discover-figure-gifts-2020 = 2020 年公众捐款（份）
discover-figure-centres = 全国建成（家）
discover-figure-counties = 覆盖县
discover-figure-centres-one-county = 酉阳一县（家）
discover-figure-teachers = 酉阳受益教师（人）
discover-figure-pupils = 酉阳受益学生（人）
discover-figure-centres-online = 网上筹建（家）
discover-figure-raised = 筹款
discover-figure-price = 每个
discover-figure-items = 里面的东西（件）
discover-figure-parcels = 发放（个）
discover-figure-provinces = 覆盖省份
discover-figure-hives = 活框蜂箱（个）
discover-figure-seedlings = 药用植物种苗（株）
discover-figure-trainings = 培训（次）
discover-figure-trained = 参训（人次）
discover-figure-textbooks = 教材（套）
discover-figure-groups = 互助组（个）
discover-figure-lamps = 路灯（盏）

discover-programme-market = 爱心超市（陕西）
    .body = 村民做好事、搞好卫生、参加劳动，得到积分，到村里的小店换日用品。靠自己挣来的，拿着有面子。由陕西省慈善协会发起，2017 年开始。
discover-programme-classroom = 梦想中心（重庆酉阳等地）
    .body = 在乡村学校建一间不一样的教室，再教老师怎样上不一样的课。由上海真爱梦想公益基金会实施，2009 年从酉阳开始。
discover-programme-medicine = 联爱工程（青海）
    .body = 一个补充报销的基金，加上评估新药、培训医生、陪伴患儿家庭的三个中心，不让病根变成穷根。由北京新阳光慈善基金会实施；数字截至 2020 年活动。
discover-programme-parcel = 温暖包
    .body = 冬天以前，把棉衣、雪地靴、冻疮膏、书包和玩偶装进一个包，送到山里孩子手上，再回去看看合不合脚。由壹基金发起；发放数为 2011 年到 2020 年 3 月。
discover-programme-hives = 诺亚方舟留住家园（三江并流区）
    .body = 教村民养蜂、种药草。林子越好，蜜越香，价钱越高，就没有人去砍树了。由阿拉善 SEE 基金会实施，2015 年开始。
discover-programme-lamps = 点亮寻乌（江西）
    .body = 2019 年，全县的人捐出自己走的路，换成村里的路灯。村支书写公开信，请大家一起走。由腾讯公益慈善基金会发起。
discover-books-waiting = 另有 { $amount } 是今天和昨天的捐赠，等渠道出具账单后核对。
