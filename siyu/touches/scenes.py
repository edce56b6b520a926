"""What WeChat's numbers for how a mini program was opened come to: the channels of the preset."""

from collections.abc import Mapping
from types import MappingProxyType

from siyu.sdk import Text

# Where the number is none of those below, and UTM says nothing that is known either.
OTHER = "other"

CHANNELS: Mapping[str, Text] = MappingProxyType(
    {
        "account": Text(zh="公众号", en="Official account"),
        "chat": Text(zh="单聊", en="Chat with one person"),
        "group": Text(zh="群聊", en="Group chat"),
        "moments": Text(zh="朋友圈", en="Moments"),
        "ads": Text(zh="广告", en="Advertisement"),
        "search": Text(zh="搜索", en="Search"),
        "scan": Text(zh="扫码", en="Scanned code"),
        "message": Text(zh="订阅消息与客服消息", en="Subscription and service messages"),
        "recent": Text(zh="最近使用与我的小程序", en="Recently used and own mini programs"),
        "mini_program": Text(zh="其他小程序", en="Another mini program"),
        "web": Text(zh="网页、短信与 App", en="Web page, text message and app"),
        "video": Text(zh="视频号", en="Channels (video)"),
        "wecom": Text(zh="企业微信", en="WeCom"),
        "pay": Text(zh="支付与卡包", en="Payment and cards"),
        "nearby": Text(zh="附近与门店", en="Nearby and stores"),
        "douyin": Text(zh="抖音", en="Douyin"),
        "xiaohongshu": Text(zh="小红书", en="Xiaohongshu"),
        OTHER: Text(zh="其他", en="Other"),
    }
)

# Of the lists of mini programs' scenes that are public, and not checked against WeChat's own; those for tests and for
# WeChat's own crawler are no channel.
SCENES_OF: Mapping[str, tuple[int, ...]] = {
    "account": (1020, 1035, 1043, 1058, 1074, 1082, 1091, 1102, 1144, 1152, 1157),
    "chat": (1007, 1096, 1173, 1208),
    "group": (1008, 1044, 1158, 1160, 1185),
    "moments": (1154, 1155),
    "ads": (1045, 1046, 1067, 1068, 1084, 1095, 1189, 1200, 1201, 1215, 1228, 1230, 1232, 1238, 1244),
    "search": (1005, 1006, 1027, 1042, 1053, 1054, 1106, 1233),
    "scan": (1011, 1012, 1013, 1025, 1031, 1032, 1047, 1048, 1049, 1072, 1124, 1125, 1126, 1150, 1153),
    "message": (1014, 1073, 1081, 1088, 1107, 1231),
    "recent": (1001, 1010, 1022, 1023, 1024, 1089, 1090, 1103, 1104, 1131, 1183, 1186, 1187, 1222, 1223),
    "mini_program": (1037, 1038),
    "web": (1036, 1065, 1069, 1167, 1168, 1181, 1194),
    "video": (1175, 1176, 1177, 1184, 1191, 1193, 1195, 1197, 1198, 1206, 1216, 1219),
    "wecom": (1119, 1120, 1121, 1192, 1202, 1207),
    "pay": (1019, 1028, 1029, 1034, 1057, 1071, 1097, 1148, 1149),
    "nearby": (1026, 1052, 1064, 1078, 1146, 1169),
}

CHANNEL_OF_SCENE: Mapping[int, str] = MappingProxyType(
    {scene: channel for channel, scenes in SCENES_OF.items() for scene in scenes}
)
