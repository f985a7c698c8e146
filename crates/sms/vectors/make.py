#!/usr/bin/env python3
"""Makes the golden vectors in this directory from the documented algorithm, with another implementation than the crate's.

Run by hand: `python3 make.py`. Only the standard library is used. The keys are invented and protect nothing.
Source: Tencent Cloud API 3.0, 签名方法 v3 (TC3-HMAC-SHA256); SMS SendSms, version 2021-01-11.
"""
import datetime, hashlib, hmac, json, pathlib

HERE = pathlib.Path(__file__).parent
SECRET_ID, SECRET_KEY = "AKIDthrowaway0000000000000000000000", "throwaway0SecretKey0of0No0Account"
HOST, SERVICE, ACTION, VERSION, REGION = "sms.tencentcloudapi.com", "sms", "SendSms", "2021-01-11", "ap-guangzhou"


def h(key, text):
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()


def vector(timestamp, phone, parameters, session):
    payload = json.dumps({
        "PhoneNumberSet": [phone], "SmsSdkAppId": "1400000000", "SignName": "汇海", "TemplateId": "1234567",
        "TemplateParamSet": parameters, "SessionContext": session}, ensure_ascii=False, separators=(",", ":"))
    content_type = "application/json; charset=utf-8"
    signed = "content-type;host;x-tc-action"
    canonical = "\n".join(["POST", "/", "", f"content-type:{content_type}\nhost:{HOST}\nx-tc-action:{ACTION.lower()}\n", signed,
                           hashlib.sha256(payload.encode("utf-8")).hexdigest()])
    date = datetime.datetime.fromtimestamp(timestamp, datetime.timezone.utc).strftime("%Y-%m-%d")
    scope = f"{date}/{SERVICE}/tc3_request"
    to_sign = "\n".join(["TC3-HMAC-SHA256", str(timestamp), scope, hashlib.sha256(canonical.encode("utf-8")).hexdigest()])
    key = h(h(h(("TC3" + SECRET_KEY).encode("utf-8"), date), SERVICE), "tc3_request")
    signature = hmac.new(key, to_sign.encode("utf-8"), hashlib.sha256).hexdigest()
    return {"timestamp_s": timestamp, "phone": phone, "parameters": parameters, "session": session, "body": payload,
            "headers": {"Authorization": f"TC3-HMAC-SHA256 Credential={SECRET_ID}/{scope}, SignedHeaders={signed}, Signature={signature}",
                        "Content-Type": content_type, "Host": HOST, "X-TC-Action": ACTION, "X-TC-Version": VERSION,
                        "X-TC-Timestamp": str(timestamp), "X-TC-Region": REGION}}


(HERE / "requests.json").write_text(json.dumps({"secret_id": SECRET_ID, "secret_key": SECRET_KEY, "requests": [
    vector(1_788_746_400, "+8613800138000", ["123456", "10"], "7215545057280"),
    # Half past midnight in Shanghai is still yesterday in UTC, by which the key is derived.
    vector(1_788_712_200, "+8619912345678", ["000000", "10"], "1"),
    vector(1_798_761_599, "+8613900139000", ["“引号”\\与\n换行"], ""),
]}, ensure_ascii=False, indent=1) + "\n")
