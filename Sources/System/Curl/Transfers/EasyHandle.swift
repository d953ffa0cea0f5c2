import CCurl

/// One libcurl easy handle with the header list it needs for as long as a transfer runs.
@safe final class EasyHandle {
    let easy: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var resolutions: UnsafeMutablePointer<curl_slist>?

    init() {
        guard let easy = unsafe curl_easy_init() else { preconditionFailure("out of memory for an easy handle") }
        unsafe self.easy = unsafe easy
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(headers)
        unsafe curl_slist_free_all(resolutions)
    }

    /// Back to the defaults; connections, names and TLS sessions stay, for they belong to the multi handle.
    func reset() {
        unsafe curl_easy_reset(easy)
        unsafe curl_slist_free_all(headers)
        unsafe headers = nil
        unsafe curl_slist_free_all(resolutions)
        unsafe resolutions = nil
    }

    @unsafe func join(multi: UnsafeMutableRawPointer) -> Bool {
        unsafe curl_multi_add_handle(multi, easy) == CURLM_OK
    }

    @unsafe func leave(multi: UnsafeMutableRawPointer) {
        _ = unsafe curl_multi_remove_handle(multi, easy)
    }

    func set(_ option: CURLoption, _ value: Int) {
        _ = unsafe curl_set_long(easy, option, value)
    }

    /// False where libcurl does not take the text; it copies what it takes.
    func set(_ option: CURLoption, _ value: String) -> Bool {
        unsafe value.withCString { unsafe curl_set_string(easy, option, $0) == CURLE_OK }
    }

    /// Copies the bytes into the handle.
    func setBody(_ body: [UInt8]) {
        _ = unsafe curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        if body.isEmpty {
            _ = set(CURLOPT_COPYPOSTFIELDS, "")
            return
        }
        unsafe body.withUnsafeBytes { bytes in
            _ = unsafe curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        }
    }

    /// Lines as libcurl wants them: `Name: value`, `Name;` for an empty value, `Name:` to drop one of its own.
    func setHeaders(_ lines: [String]) {
        for line in lines { unsafe headers = unsafe line.withCString { unsafe curl_slist_append(headers, $0) } }
        _ = unsafe curl_set_list(easy, CURLOPT_HTTPHEADER, headers)
    }

    /// Names with the addresses they stand for, `HOST:PORT:ADDRESS,ADDRESS`, instead of asking the resolver (CURLOPT_RESOLVE).
    func setResolutions(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        for line in lines { unsafe resolutions = unsafe line.withCString { unsafe curl_slist_append(resolutions, $0) } }
        _ = unsafe curl_set_list(easy, CURLOPT_RESOLVE, resolutions)
    }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        _ = unsafe curl_get_long(easy, info, &value)
        return value
    }

    func size(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        _ = unsafe curl_get_size(easy, info, &value)
        return Int(value)
    }
}
