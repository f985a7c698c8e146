## 附件
file-size = { $kb } KB
refusal-file-kind = 不能接收“{ $name }”这种文件。
    .next = 请上传照片（JPEG、PNG、WebP）或 PDF。苹果手机的 HEIC 照片请先存成 JPEG。
refusal-file-picture-only = “{ $name }”不是照片。
    .next = 这里只收照片：JPEG、PNG 或 WebP。
refusal-file-picture-broken = 照片“{ $name }”打不开，可能没有传完整，或者尺寸过大。
    .next = 请重新选择，或换一张再试。
refusal-file-empty = “{ $name }”是空的。
    .next = 请重新选择文件。
refusal-file-pdf-broken = “{ $name }”不是能打开的 PDF。
    .next = 请重新导出或扫描成 PDF 后再上传。
refusal-file-pdf-large = “{ $name }”超过了 { $most } MB。
    .next = 请压缩，或分成几份上传。
refusal-file-pdf-locked = “{ $name }”带有密码。
    .next = 请去掉密码再上传，别人才能查看。
refusal-file-pdf-acts = “{ $name }”里含有脚本、表单提交或嵌入的其他文件。
    .next = 为了看的人安全，请“打印为 PDF”后再上传。
