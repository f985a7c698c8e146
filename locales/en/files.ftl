## Attachments
file-size = { $kb } KB
refusal-file-kind = “{ $name }” is not a kind of file we take.
    .next = Send photographs (JPEG, PNG, WebP) or PDF. Save HEIC photographs of an iPhone as JPEG first.
refusal-file-picture-only = “{ $name }” is not a photograph.
    .next = Only photographs are taken here: JPEG, PNG or WebP.
refusal-file-picture-broken = The photograph “{ $name }” cannot be opened. It may have arrived incomplete, or is far too large.
    .next = Choose it again, or try another one.
refusal-file-empty = “{ $name }” is empty.
    .next = Choose the file again.
refusal-file-pdf-broken = “{ $name }” is not a PDF that can be opened.
    .next = Export or scan it again as PDF.
refusal-file-pdf-large = “{ $name }” is larger than { $most } MB.
    .next = Make it smaller, or send it in parts.
refusal-file-pdf-locked = “{ $name }” is protected by a password.
    .next = Remove the password, so that others can read it.
refusal-file-pdf-acts = “{ $name }” contains a script, a form that sends itself, or other files.
    .next = For the safety of readers, print it to a PDF and send that.
