var data = {total:6, list:[
{title:'关于征集城市更新项目意见的公告',link:'/gg/5000.html',pubdate:'2026-11-20'},
{title:'南桥街道设立便民维修点',link:'/gg/4999.html',pubdate:'2026-11-16'},
{title:'区农业农村局发布秋冬种技术要点',link:'/gg/4998.html',pubdate:'2026-11-13'},
{title:'关于调整图书馆开放时间的公告',link:'/gg/4997.html',pubdate:'2026-11-06'},
{title:'西岭镇举办农民丰收节系列活动',link:'/gg/4996.html',pubdate:'2026-10-30'},
{title:'区交通局启动乡道安全设施排查',link:'/gg/4995.html',pubdate:'2026-10-22'}]};
