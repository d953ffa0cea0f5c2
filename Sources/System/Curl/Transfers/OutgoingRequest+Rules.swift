import Values

extension OutgoingRequest {
    /// Why the request cannot be sent as it stands, or nil. Keeps line breaks out of what becomes header lines.
    var problem: TransferError? {
        guard !method.isEmpty, method.utf8.allSatisfy(\.isASCIIUppercase) else {
            return TransferError(.invalidRequest, "the method is not in capital letters")
        }
        guard ["http://", "https://"].contains(where: { url.hasCaselessPrefix($0) }) else {
            return TransferError(.invalidRequest, "the URL begins with neither https:// nor http://")
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            return TransferError(.invalidRequest, "the URL holds a space or a control character")
        }
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy(\.isHTTPToken) else {
                return TransferError(.invalidRequest, "a header's name is not a token")
            }
            guard value.utf8.allSatisfy(\.isHTTPFieldContent) else {
                return TransferError(.invalidRequest, "the header `\(name)` holds a control character")
            }
        }
        return nil
    }

    /// What the URL names as its host, as libcurl takes it: behind the last `@` of the authority, before its port.
    var host: Substring {
        guard let scheme = url.utf8.firstIndex(of: UInt8(ascii: ":")) else { return "" }
        let behind = url[url.index(after: scheme)...].drop { $0 == "/" }
        let authority = behind.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let hostAndPort = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        if hostAndPort.first == "[" { return hostAndPort.prefix { $0 != "]" }.dropFirst() }
        return hostAndPort.prefix { $0 != ":" }
    }
}
