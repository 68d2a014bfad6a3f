"""What pages say when they are no list and no article: the words of firewalls, error pages, logins,
parking.

Grouped by what they mean, not by vendor. A phrase alone proves nothing: an article may quote it.
``states.py`` looks for them only where the page says little else.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.model import Outcome


class Sign(NamedTuple):
    """A meaning: the outcome and reason it stands for, and the words that give it away."""

    outcome: Outcome
    reason: str
    words: re.Pattern[str]


_THING = r"(?:页面?|网页|内容|信息|文章|文档|稿件|栏目|频道|专题|文件|地址|链接|网址|资源|路径|URL|url|对象|数据|记录)"
_GONE = (
    r"(?:不存在|未找到|没有?找到|找不到|找不着|已?被?(?:删除|移除|移动|撤销|撤回)|失效|已过期|已(?:经)?下线"
    r"|无法(?:找到|显示|打开|访问|浏览)|打不开|走丢|跑丢|丢失|弄丢|走失|不见了|消失了?|飞走|失踪|迷路|火星|外星)"
)
"""Error pages between the plain (不存在) and the playful (页面去火星了)."""
SOFT_404 = re.compile(
    rf"(?:您|你|所)(?:所|要|想|正在|需要)?(?:访问|浏览|查[找看询]|请求|打开|寻找|搜索|要)的?"
    rf"[^。，；\n]{{0,12}}?{_THING}[^。；\n]{{0,12}}?{_GONE}"
    rf"|(?:页面|网页|链接|网址|[该此](?:信息|文章|文档|稿件|栏目|内容|页面?|文件))(?:[^。；\n]{{0,6}}?){_GONE}"
    r"|(?:信息|文章|文档|栏目|内容|稿件|资源)(?:不存在|已被?删除|未发布)"
    r"|(?:找不到|没有找到|未找到|无法找到|无法访问|无法显示)(?:了|您|你|该|此|相关|对应|要|所|请求|访问|浏览|查看|的){0,6}"
    r"(?:页|网页|文件|栏目|资源|网址)"
    r"|(?:HTTP|Error|错误|错误代码|状态码?)?[ :：]{0,3}404(?:\.\d{1,2})?"
    r"(?:错误|页面|[ ,，:：!！-]{0,3}(?:Not|File|Page|您|页|找|抱歉|错误|很))"
    r"|HTTP Status 404"
    r"|(?:page|file|resource|url|document)[^.\n]{0,60}(?:not (?:be )?found|does(?:n't| not) exist|no longer exists?)"
    r"|Not Found on this server|Object not found|(?:cannot|could not) be found|no such file|\A\W*4\W?0\W?4\W*\Z",
    re.I,
)
"""Pages that do not exist and answer 200; 404 alone counts only where the page is nothing else."""
SERVER_ERROR = re.compile(
    r"HTTP Status 5\d\d|\b50[0234][ :：-]{0,3}(?:Internal|Server|Bad|Service|Gateway|错误|服务器)"
    r"|Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out|Server Error in"
    r"|Whitelabel Error Page|Error establishing a database|MySQL (?:Query )?Error\b|SQLSTATE\[|Can(?:not|'t) connect to (?:local )?MySQL|ThinkPHP \d|无法加载(?:模块|控制器)|控制器不存在|Fatal error|Runtime Error"
    r"|数据库(?:连接)?(?:失败|错误|异常|出错)|服务器(?:内部)?(?:错误|异常|繁忙|出错|故障)|服务(?:暂时)?不可用"
    r"|系统(?:内部)?(?:错误|异常|繁忙|出错|故障)|程序(?:运行)?(?:错误|异常|出错)|网页出错|页面(?:出错|错误|异常)"
    r"|(?:java\.lang|javax\.servlet|org\.apache|com\.mysql)\.[\w.]{0,80}Exception",
    re.I,
)
"""Tomcat, IIS, PHP, databases: what servers print of themselves, with 200 as with 500."""
MAINTENANCE = re.compile(
    r"(?:网站|系统|平台|站点|服务器?|本站)[^。；\n]{0,12}(?:维护|升级|改版|调试|割接)(?:中|期间|改造)"
    r"|(?:正在|系统)(?:升级)?维护|(?:网站|页面|本站)[^。；\n]{0,6}(?:正在)?建设中|暂停(?:服务|访问|对外)"
    r"|under (?:maintenance|construction)",
    re.I,
)
"""Sites under maintenance or construction that answer 200."""
CLOSED = re.compile(
    r"(?:网站|站点|本站|域名|平台|该站|原站)[^。；\n]{0,40}?"
    r"(?:关停|关闭|停用|注销|下线|停止(?:运行|服务|访问|更新|运营|使用)|暂停(?:运行|使用))"
    r"|(?:空间|主机|网站|账户|服务)(?:服务)?已?(?:经)?(?:到期|过期|欠费|被?停止|被暂停)"
    r"|(?:account|site)[^.\n]{0,20}suspended",
    re.I,
)
"""Sites that were shut, and hosting that ran out."""
MOVED = re.compile(
    r"(?:网站|站点|网址|域名|平台|栏目|内容|页面|频道|系统|本站|地址)[^。；\n]{0,60}?"
    r"(?:迁移|变更|搬迁|迁至|迁到|整合[至到入]|合并[至到入]|更换|更改为|切换|转移|启用新|调整为)"
    r"|请(?:您|广大网友|各位|大家)?(?:使用|访问|点击|登录|登陆|前往|移步)"
    r"[^。；\n]{0,16}新(?:的)?(?:域名|网址|网站|站点?|版|地址|平台)"
    r"|(?:site|website|page) has (?:been )?moved",
    re.I,
)
"""Portals that were merged or renamed and leave a page with the new address."""
PARKING = re.compile(
    r"(?:域名|此域|该域|本域)[^。；\n]{0,16}(?:出售|转让|交易|竞价|停放|求购|已?过期|已?到期|抢注|未绑定|未备案)"
    r"|domain[^.\n]{0,40}(?:for sale|parked|parking|expired|is available)|buy this domain"
    r"|(?:网站|站点|域名)[^。；\n]{0,10}(?:未备案|没有备案|暂未备案|备案[^。；\n]{0,6}(?:取消|注销|掉))"
    r"|未备案[^。；\n]{0,12}(?:网站|域名|接入)",
    re.I,
)
"""Domains for sale, and those that the provider switched off for want of 备案."""
DEFAULT_PAGE = re.compile(
    r"Welcome to (?:nginx|OpenResty|tengine|CentOS|JBoss|Apache)|IIS Windows Server|Internet Information Services"
    r"|Apache Tomcat/\d|It works!|(?:Apache|nginx|HTTP Server) Test Page|Test Page for|^Index of /"
    r"|站点创建成功|没有找到站点|没有绑定(?:此|该)?域名|phpinfo\(\)|默认(?:首页|站点|页面)$",
    re.I | re.M,
)
"""A server without its site: nginx, IIS, Tomcat, panels, bare folders."""
CAPTCHA = re.compile(
    r"(?:请|需要?|先)(?:您|先|在下方|正确)?(?:输入|填写|完成|通过|进行|点击|拖动|滑动)"
    r"[^。；\n]{0,16}(?:验证码?|校验码|滑块|拼图)"
    r"|(?:滑动|拖动|点击|点选|人机|安全|行为|访问|浏览器)(?:完成|进行)?(?:验证|校验)|拖动(?:滑块|拼图)|向右滑动"
    r"|(?:验证|确认|证明)(?:一下)?(?:您|你|当前访客)?(?:是|不是|是否是?)?(?:真)?(?:人类|真人|机器人|自动程序)"
    r"|verify (?:that )?you(?:'re| are) (?:a )?(?:not a )?(?:human|robot)|I'm not a robot"
    r"|security (?:check|verification)|captcha",
    re.I,
)
"""Captchas and sliders in place of the page."""
WAF = re.compile(
    r"(?:请求|访问|操作|行为|IP|页面|网页|内容|URL)[^。；\n]{0,24}"
    r"(?:被(?:拦截|阻断|阻止|拒绝|禁止|屏蔽|封禁|限制)|拦截|阻断"
    r"|(?:存在|包含|含有|带有|疑似)[^。；\n]{0,10}(?:威胁|风险|攻击|危险|不合法|非法|恶意|异常))"
    r"|(?:拒绝|禁止)(?:了?您的?)?(?:访问|请求)|(?:访问|请求)(?:被)?(?:拒绝|禁止|受限)|(?:没有|无)权限?访问"
    r"|无权(?:访问|查看)|(?:访问|请求|操作|刷新)(?:过于|太过?|过|次数(?:过|太))(?:频繁|多|快)|黑名单"
    r"|(?:异常|可疑|恶意)(?:流量|访问|请求|操作|攻击)|(?:正在|进行)(?:浏览器)?安全检[查测]"
    r"|(?:应用|安全|网站|web|云)防火墙|\bWAF\b|Web应用(?:防护|安全)|(?:网站|安全)(?:卫士|狗|宝)|云(?:锁|盾|防护)|[创玄][宇武]盾"
    r"|(?:事件|请求|拦截|攻击|跟踪|日志|追踪)(?:ID|编号|标识)"
    r"|(?:event|attack|incident|request|ray|block|trace|support)[ _-]?ID\b"
    r"|access (?:to this (?:page|site|resource) )?(?:is |has been |was )?(?:denied|forbidden|blocked|restricted)"
    r"|(?:request(?:ed)?|you|ip)\b[^.\n]{0,40}(?:blocked|rejected|banned|not allowed|unauthorized)|Forbidden"
    r"|Too Many Requests|unusual traffic|Attention Required",
    re.I,
)
"""Block pages of firewalls, Chinese and foreign, mostly with an id for complaints."""
CHALLENGE = re.compile(
    r"(?:请|需要?|必须)(?:您)?(?:先)?(?:开启|启用|打开|允许)(?:您的)?(?:浏览器的?)?\s?(?:JavaScript|JS|Cookies?)"
    r"|(?:enable|requires?|turn on) (?:JavaScript|cookies)|JavaScript is (?:disabled|required)"
    r"|正在(?:为您)?(?:检[查测]|验证)(?:您的)?(?:浏览器|访问|环境)|checking (?:if the site|your browser)|just a moment",
    re.I,
)
"""Pages that want scripts or cookies first; some portals set one before every page."""
LOGIN = re.compile(
    r"(?:请|需|须|必须|先|您)(?:先|要|重新|您)?(?:登录|登陆)(?!新|网[站址])"
    r"|(?:用户|账号|帐号|统一(?:身份)?|密码|扫码|短信|系统|管理员?|后台)(?:认证)?(?:登录|登陆)"
    r"|(?:登录|登陆)(?:后|超时|已?过期|失效|状态|系统|页)|统一身份认证|会话(?:已)?(?:超时|过期|失效)|未登录|尚未登[录陆]"
    r"|please (?:log|sign) ?in|(?:sign|log) ?in to|session (?:has )?(?:expired|timed out)",
    re.I,
)
"""Pages behind a login; 登录新网站 is a notice that the site moved."""
PUZZLE = re.compile(r"验证码|校验码|看不清|换一[张个]")
"""On a page of few words they mean a captcha."""
SIGNS = (
    Sign(Outcome.UNREACHABLE, "default_page", DEFAULT_PAGE),
    Sign(Outcome.UNREACHABLE, "parking", PARKING),
    Sign(Outcome.UNREACHABLE, "soft_404", SOFT_404),
    Sign(Outcome.BLOCKED, "captcha", CAPTCHA),
    Sign(Outcome.BLOCKED, "waf", WAF),
    Sign(Outcome.BLOCKED, "challenge", CHALLENGE),
    Sign(Outcome.BLOCKED, "login_wall", LOGIN),
    Sign(Outcome.UNREACHABLE, "moved", MOVED),
    Sign(Outcome.UNREACHABLE, "closed", CLOSED),
    Sign(Outcome.UNREACHABLE, "server_error", SERVER_ERROR),
    Sign(Outcome.UNREACHABLE, "maintenance", MAINTENANCE),
)
"""In the order of proof: what cannot mean anything else comes first."""

_SERVER_ERROR_TITLE = (
    r"Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out"
)
"""The same as a title, where the body holds nothing."""
TITLES = (
    Sign(
        Outcome.UNREACHABLE,
        "soft_404",
        re.compile(
            rf"(?!\W*错误\W*\Z)(?=.*?(?:404|410|not found|出错|错误|{_GONE}))\W*(?:404|410)?\W*"
            rf"(?:错误|提示|页面?|error|抱歉|对不起|很遗憾|出错了?|not found|page|{_THING}|{_GONE}"
            r"|(?:您|你)?(?:所|要)?(?:访问|请求|查找|浏览)的|该|此|[ ,，!！。.:：-]){0,12}",
            re.I,
        ),
    ),
    Sign(
        Outcome.UNREACHABLE,
        "server_error",
        re.compile(
            rf"\W*(?:(?:HTTP )?(?:Status |Error )?50[0-4]\W{{0,3}})?(?:{_SERVER_ERROR_TITLE}|服务器(?:内部)?错误|系统错误|错误)\W*",
            re.I,
        ),
    ),
    Sign(
        Outcome.BLOCKED,
        "waf",
        re.compile(
            r"\W*(?:403\W{0,3}(?:Forbidden|错误|禁止访问|拒绝访问)?|访问(?:被)?(?:拒绝|禁止|拦截|受限|验证)"
            r"|拒绝访问|禁止访问|Access Denied|Forbidden|(?:请求|访问|安全)?拦截(?:提示|页面)?"
            r"|(?:网站|web应用)?防火墙|Attention Required.{0,30})\W*",
            re.I,
        ),
    ),
    Sign(
        Outcome.BLOCKED,
        "captcha",
        re.compile(
            r"\W*(?:(?:安全|人机|滑动|访问|身份|行为)?验证(?:码|中心|页面?)?|captcha|security check)\W*",
            re.I,
        ),
    ),
    Sign(
        Outcome.BLOCKED,
        "challenge",
        re.compile(
            r"\W*(?:Just a moment|请稍[候等后]|正在(?:验证|检查)|Checking your browser|DDoS-Guard)\W*",
            re.I,
        ),
    ),
    Sign(
        Outcome.BLOCKED,
        "login_wall",
        re.compile(
            r"\W*(?:.{0,12}(?:登录|登陆)(?:页面?|系统|平台|中心|界面)?|(?:统一)?身份认证.{0,8}|(?:user )?log ?in|sign in)\W*",
            re.I,
        ),
    ),
)
"""First segment of a title that says it all (matched in full)."""

CHALLENGE_SCRIPTS = re.compile(
    r"\$_ts\b|\br=[\"']m[\"']|\$_ss\b|__jsl_clearance|acw_sc__v[23]|wzws|cdn-cgi/challenge"
    r"|_guard/(?:auto|easy|slide|html)|yunsuo_session|YunSuoAutoJump|security_verify_data|__tst_status|EO_Bot_Ssid|bt_waf|btwaf|safeline|SafeLine|probe\.js\?|_waf_|waf_?(?:verify|challenge|check|slider)|"
    r"__cf_chl|jschl|ddos-guard|aliyun_?waf|sucuri_cloudproxy|hcaptcha|px-captcha|_Incapsula_|aws-?waf"
)
"""Words of scripts that make a browser prove itself, from many vendors; asked only of pages without
text."""

CAPTCHA_SCRIPTS = re.compile(
    r"TencentCaptcha|initGeetest|AliyunCaptcha|initAliyunCaptcha|nocaptcha|slidercaptcha|recaptcha/api|captcha",
    re.I,
)
"""Captchas of vendors on a page without links or words."""

PROVE = re.compile(
    r"document\.cookie|\beval\(|_0x[0-9a-f]{4,6}|String\.fromCharCode|atob\(|forms?\[0\]\.submit\(|\.reload\("
)
"""What an unknown challenge does on a page without text: sets a cookie, loads again, hides what it
does."""

APP = re.compile(
    r"<(?:div|section|main|noscript)[^>]{0,80}\bid\s?=\s?[\"']?"
    r"(?:app|root|__next|__nuxt|q-app|main-app|container)[\"'\s>]",
    re.I,
)
"""An empty box that a script fills: not a challenge, the list reader says what to do."""

LOGIN_PATH = re.compile(
    r"(?:/|\b)(?:login|signin|sso|cas|passport|oauth2?|authorize|auth|uias|tyrz|logon)(?:[/.?_#-]|$)",
    re.I,
)
"""Where portals with a common login send a visitor."""
ERROR_PATH = re.compile(
    r"/(?:[^/?]{0,20}[_-])?(?:404|error|notfound|not_found|nofound|errorpage|page_?not_?found|err)"
    r"(?:[_-][^/?]{0,12})?(?:/|\.\w{2,6}|\?|$)",
    re.I,
)
"""Servers that lead to an error page of their own and answer 200 there."""
