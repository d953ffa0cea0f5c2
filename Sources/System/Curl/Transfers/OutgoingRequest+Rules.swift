import Values

extension OutgoingRequest {
    /// Why the request cannot be sent as it stands, or nil. Keeps line breaks out of what becomes header lines.
    var problem: TransferError? {
        guard !method.isEmpty, method.utf8.allSatisfy(\.isASCIIUppercase) else {
            return TransferError(.invalidRequest, "the method is not in capital letters")
        }
        // What is read two ways is not sent, since the host that is judged must be the host that libcurl reaches.
        do throws(WebURL.Problem) { _ = try WebURL(url) } catch {
            return TransferError(error.hidesAddress ? .refusedByGuard : .invalidRequest, error.description)
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
}
