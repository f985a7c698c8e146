#!/usr/bin/env python3
"""Makes the golden vectors in this directory from the documented algorithms, with another implementation than the crate's.

Run by hand: `pip install cryptography && python3 make.py`. The keys next to it are throwaway test keys, made on the first run and kept, so that
every later run writes the same bytes (RSA PKCS#1 v1.5 signatures and AES-GCM with fixed nonces are deterministic). They protect nothing.

Sources: WeChat Pay API v3: 签名与验签规则, 回调通知处理, 证书和回调报文解密, 获取平台证书列表, 交易账单文件格式说明.
"""
import base64, datetime, gzip, hashlib, json, pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

HERE = pathlib.Path(__file__).parent
APIV3_KEY = b"throwaway-test-key-of-32-bytes!!"
NOW = 1_788_912_000  # 2026-09-09 00:00:00 UTC
PEM, PKCS8, RAW = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
assert len(APIV3_KEY) == 32


def key(name):
    path = HERE / f"throwaway_{name}_key.pem"
    if not path.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        path.write_bytes(made.private_bytes(PEM, PKCS8, RAW))
    return serialization.load_pem_private_key(path.read_bytes(), None)


def public_pem(k):
    return k.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def sign(k, message):
    return base64.b64encode(k.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def seal(nonce, aad, plain):
    return base64.b64encode(AESGCM(APIV3_KEY).encrypt(nonce.encode(), plain, aad.encode())).decode()


def certificate(name, k, serial, first, last):
    """Kept once made; the serial's high bit is set in one of them, which DER writes with a leading zero byte."""
    path = HERE / f"throwaway_{name}_certificate.pem"
    if not path.exists():
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throwaway platform certificate")])
        built = (x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(k.public_key()).serial_number(serial)
                 .not_valid_before(first).not_valid_after(last).sign(k, hashes.SHA256()))
        path.write_bytes(built.public_bytes(PEM))
    return path.read_text()


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


merchant, public_mode, old, new = key("merchant"), key("platform_public"), key("platform_old"), key("platform_new")
PUB_ID = "PUB_KEY_ID_0119000000012026090900000000000001"
OLD_SERIAL, NEW_SERIAL = 0x5157F09EFDC096DE15EBE81A47057A7232F1B8E1, 0xE15157F09EFDC096DE15EBE81A47057A7232
utc = datetime.timezone.utc
old_pem = certificate("platform_old", old, OLD_SERIAL, datetime.datetime(2021, 9, 20, tzinfo=utc), datetime.datetime(2026, 9, 19, tzinfo=utc))
new_pem = certificate("platform_new", new, NEW_SERIAL, datetime.datetime(2026, 9, 1, tzinfo=utc), datetime.datetime(2031, 8, 31, tzinfo=utc))
hex_serial = lambda n: f"{n:X}" if len(f"{n:X}") % 2 == 0 else f"0{n:X}"


def authorization(method, url, body, nonce, mchid, serial):
    message = f"{method}\n{url}\n{NOW}\n{nonce}\n".encode() + body + b"\n"
    return (f'WECHATPAY2-SHA256-RSA2048 mchid="{mchid}",nonce_str="{nonce}",timestamp="{NOW}",serial_no="{serial}",'
            f'signature="{sign(merchant, message)}"')


NONCE = "00112233445566778899AABBCCDDEEFF"
order_body = json.dumps({
    "sp_appid": "wx8888888888888888", "sp_mchid": "1900000100", "sub_appid": "wx9999999999999999", "sub_mchid": "1900000109",
    "description": "白果村小学午餐", "out_trade_no": "7215545057280", "time_expire": "2026-09-09T08:30:00+08:00", "attach": "gift",
    "notify_url": "https://give.example.org/notifications/wechat", "amount": {"total": 4118, "currency": "CNY"}, "payer": {"sp_openid": "oUpF8uMuAJO"},
}, ensure_ascii=False, separators=(",", ":")).encode()
write("request.json", {
    "merchant_serial": "3775B6A45ACD588826D15E583A95F5DD00000000", "timestamp_s": NOW, "nonce": NONCE, "nonce_bytes_hex": NONCE.lower(),
    "public_key_id": PUB_ID,
    "jsapi_partner": {"body": order_body.decode(), "authorization": authorization(
        "POST", "/v3/pay/partner/transactions/jsapi", order_body, NONCE, "1900000100", "3775B6A45ACD588826D15E583A95F5DD00000000")},
    "query_direct": {"path": "/v3/pay/transactions/out-trade-no/7215545057280?mchid=1900000109", "authorization": authorization(
        "GET", "/v3/pay/transactions/out-trade-no/7215545057280?mchid=1900000109", b"", NONCE, "1900000109", "3775B6A45ACD588826D15E583A95F5DD00000000")},
    "pay_parameters": {"appId": "wx8888888888888888", "timeStamp": str(NOW), "nonceStr": NONCE, "package": "prepay_id=wx26112221580621e9b071c00d9e093b0000",
                       "signType": "RSA", "paySign": sign(merchant, f"wx8888888888888888\n{NOW}\n{NONCE}\nprepay_id=wx26112221580621e9b071c00d9e093b0000\n".encode())},
})


def signed(k, serial, body, nonce="c5ac7061fccab6bf3e254dcf98995b8c"):
    return {"headers": {"Wechatpay-Timestamp": str(NOW), "Wechatpay-Nonce": nonce, "Wechatpay-Serial": serial,
                        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
                        "Wechatpay-Signature": sign(k, f"{NOW}\n{nonce}\n".encode() + body + b"\n")}, "body": body.decode()}


write("answers.json", {
    "now_s": NOW,
    "public_key": signed(public_mode, PUB_ID, '{"prepay_id":"wx26112221580621e9b071c00d9e093b0000"}'.encode()),
    "certificate": signed(old, hex_serial(OLD_SERIAL), '{"code_url":"weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}'.encode()),
    "empty_body": signed(public_mode, PUB_ID, b""),
})

direct = {"transaction_id": "4200002345202609091234567890", "amount": {"payer_total": 4118, "total": 4118, "currency": "CNY", "payer_currency": "CNY"},
          "mchid": "1900000109", "trade_state": "SUCCESS", "bank_type": "OTHERS", "promotion_detail": [],
          "success_time": "2026-09-09T07:59:58+08:00", "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}, "out_trade_no": "7215545057280",
          "appid": "wx8888888888888888", "trade_state_desc": "支付成功", "trade_type": "JSAPI", "attach": "gift"}
partner = {k: v for k, v in direct.items() if k not in ("mchid", "appid")} | {
    "sp_appid": "wx8888888888888888", "sp_mchid": "1900000100", "sub_appid": "wx9999999999999999", "sub_mchid": "1900000109",
    "payer": {"sp_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "sub_openid": "oSubAAAAAAAAAAAAAAAAAAAAAAAA"}}
refund = {"sp_mchid": "1900000100", "sub_mchid": "1900000109", "transaction_id": "4200002345202609091234567890", "out_trade_no": "7215545057280",
          "refund_id": "50200207182018070300011301001", "out_refund_no": "7215545057281", "refund_status": "SUCCESS",
          "success_time": "2026-09-09T07:59:59+08:00", "user_received_account": "招商银行信用卡0403",
          "amount": {"total": 4118, "refund": 118, "payer_total": 4118, "payer_refund": 118}}


def notification(k, serial, event, kind, aad, plain, nonce="fdasflkja484"):
    text = json.dumps(plain, ensure_ascii=False).encode()
    body = json.dumps({"id": "7e7b6d1c-a7c9-5d2f-9d7e-1c2c4a8f2b31", "create_time": "2026-09-09T08:00:00+08:00", "resource_type": "encrypt-resource",
                       "event_type": event, "summary": "支付成功", "resource": {
                           "original_type": kind, "algorithm": "AEAD_AES_256_GCM", "ciphertext": seal(nonce, aad, text),
                           "associated_data": aad, "nonce": nonce}}, ensure_ascii=False).encode()
    return signed(k, serial, body) | {"plain": text.decode()}


write("notifications.json", {
    "now_s": NOW, "apiv3_key": APIV3_KEY.decode(), "public_key_id": PUB_ID, "certificate_serial": hex_serial(OLD_SERIAL),
    "direct": notification(public_mode, PUB_ID, "TRANSACTION.SUCCESS", "transaction", "transaction", direct),
    "partner": notification(old, hex_serial(OLD_SERIAL), "TRANSACTION.SUCCESS", "transaction", "transaction", partner),
    "empty_associated_data": notification(public_mode, PUB_ID, "TRANSACTION.SUCCESS", "transaction", "", partner),
    "refund": notification(public_mode, PUB_ID, "REFUND.SUCCESS", "refund", "refund", refund),
})
write("seal.json", {"key": APIV3_KEY.decode(), "cases": [
    {"nonce": n, "associated_data": a, "plain": p, "ciphertext": seal(n, a, p.encode())}
    for n, a, p in [("123456789012", "", ""), ("abcdefghijkl", "", "明文"), ("abcdefghijkm", "certificate", "x" * 1000), ("fdasflkja484", "transaction", "{}")]]})


def sealed_certificate(pem, serial, first, last, nonce):
    return {"serial_no": serial, "effective_time": first, "expire_time": last, "encrypt_certificate": {
        "algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": "certificate", "ciphertext": seal(nonce, "certificate", pem.encode())}}


certificates = json.dumps({"data": [
    sealed_certificate(old_pem, hex_serial(OLD_SERIAL), "2021-09-20T08:00:00+08:00", "2026-09-19T08:00:00+08:00", "61f9c719728a"),
    sealed_certificate(new_pem, hex_serial(NEW_SERIAL), "2026-09-01T08:00:00+08:00", "2031-08-31T08:00:00+08:00", "72a8d82a839b")]}).encode()
write("certificates.json", {"now_s": NOW, "apiv3_key": APIV3_KEY.decode(), "old_serial": hex_serial(OLD_SERIAL), "new_serial": hex_serial(NEW_SERIAL),
                            "old_expires_at_s": int(datetime.datetime(2026, 9, 19, tzinfo=utc).timestamp()), "new_expires_at_s": int(datetime.datetime(2031, 8, 31, tzinfo=utc).timestamp()),
                            "answer": signed(old, hex_serial(OLD_SERIAL), certificates),
                            "signed_by_new": signed(new, hex_serial(NEW_SERIAL), b'{"after":"rotation"}')})
(HERE / "throwaway_platform_public.pem").write_text(public_pem(public_mode))

HEADER = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
rows = [
    "2026-09-08 23:59:59|wx8888888888888888|1900000100|1900000109||4200002345202609081234567890|7215545057200|oUpF8|JSAPI|SUCCESS|OTHERS|CNY|41.18|0.00|0|0|0.00|0.00|||白果村小学,午餐|gift|0.24708|0.60%|41.18|0.00|",
    "2026-09-08 10:00:00|wx8888888888888888|1900000100|1900000109||4200002345202609081234567891|7215545057201|oUpF9|MWEB|SUCCESS|CMB_DEBIT|CNY|0.29|0.00|0|0|0.00|0.00|||白果村小学午餐||0.00000|0.60%|0.29|0.00|",
    "2026-09-08 12:30:00|wx8888888888888888|1900000100|1900000109||4200002345202609081234567890|7215545057200|oUpF8|JSAPI|REFUND|OTHERS|CNY|0.00|0.00|50200207182018070300011301001|7215545057281|1.18|0.00|ORIGINAL|PROCESSING|白果村小学,午餐|gift|-0.00708|0.60%|0.00|1.18|",
]
lines = [HEADER] + [",".join("`" + value for value in row.split("|")) for row in rows] + [SUMMARY, ",".join("`" + v for v in "3|41.47|1.18|0.00|0.24000|41.47|1.18".split("|"))]
text = ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()
(HERE / "bill.csv").write_bytes(text)
(HERE / "bill.csv.gz").write_bytes(gzip.compress(text, mtime=0))
write("bill.json", {"sha1": hashlib.sha1(text).hexdigest()})
