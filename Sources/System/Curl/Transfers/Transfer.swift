import CCurl
import Glibc
import Values

/// One request under way: fills the easy handle, gathers the answer, says how it ended.
///
/// Concurrency: lives on the loop's thread. The easy handle points to it unretained; the loop keeps it until the handle has
/// left the multi handle.
@safe final class Transfer {
    let id: UInt64
    let handle: EasyHandle
    private let request: OutgoingRequest
    private let completion: @Sendable (Result<IncomingResponse, TransferError>) -> Void
    private let policy: AddressPolicy
    private let isPlain: Bool

    private var headers: [(name: String, value: String)] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var isTruncated = false
    /// Why a callback ended the transfer, which libcurl itself can only call a failure to connect or to write.
    private var refusal: TransferError?

    static let maximumHeaderBytes = 64 << 10

    init(job: TransferMailbox.Job, policy: AddressPolicy, handle: EasyHandle) {
        id = job.id
        request = job.request
        completion = job.completion
        self.policy = policy
        self.handle = handle
        isPlain = !policy.allowsPlainHTTP && !job.request.url.hasCaselessPrefix("https:")
    }

    func complete(_ result: Result<IncomingResponse, TransferError>) { completion(result) }

    /// The transfer that `prepare` tied to the handle.
    @unsafe static func of(_ easy: UnsafeMutableRawPointer) -> Transfer? {
        var pointer: UnsafeMutableRawPointer?
        _ = unsafe curl_get_pointer(easy, CURLINFO_PRIVATE, &pointer)
        guard let pointer = unsafe pointer else { return nil }
        return unsafe Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Sets every option; returns why the request cannot be sent.
    func prepare(_ configuration: TransferLoop.Configuration) -> TransferError? {
        if let problem = request.problem { return problem }
        if let host = (try? WebURL(request.url))?.host, MetadataEndpoint.isNamed(host) {
            return TransferError(.refusedByGuard, "\(AddressRefusal.metadataName(host))")
        }
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe curl_set_pointer(handle.easy, CURLOPT_PRIVATE, me)
        handle.set(CURLOPT_NOSIGNAL, 1)
        // A resolver thread that hangs must not hold up the other transfers when this one times out.
        handle.set(CURLOPT_QUICK_EXIT, 1)
        handle.set(CURLOPT_FOLLOWLOCATION, 0)
        handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        handle.set(CURLOPT_MAXLIFETIME_CONN, 300)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(configuration.connectTimeout.wholeMilliseconds)))
        handle.set(CURLOPT_TIMEOUT_MS, max(1, Int(request.timeout.wholeMilliseconds)))
        guard handle.set(CURLOPT_PROTOCOLS_STR, "http,https"), handle.set(CURLOPT_PROXY, ""), handle.set(CURLOPT_URL, request.url) else {
            return TransferError(.invalidRequest, "the URL cannot be used")
        }
        if let file = configuration.certificateFile, !handle.set(CURLOPT_CAINFO, file) {
            return TransferError(.tls, "the certificate file cannot be used")
        }
        handle.setResolutions(configuration.resolutions)
        setMethod()
        unsafe setCallbacks(me: me)
        return nil
    }

    private func setMethod() {
        if let body = request.body {
            handle.set(CURLOPT_POST, 1)
            handle.setBody(body)
            if request.method != "POST" { _ = handle.set(CURLOPT_CUSTOMREQUEST, request.method) }
        } else if request.method == "HEAD" {
            handle.set(CURLOPT_NOBODY, 1)
        } else if request.method != "GET" {
            _ = handle.set(CURLOPT_CUSTOMREQUEST, request.method)
        }
        // libcurl waits for a 100 before bodies above 1 MiB unless told not to, and invents a content type.
        var lines = ["Expect:"]
        if request.body != nil, !request.headers.contains(where: { $0.name.isCaselesslyEqual(to: "content-type") }) {
            lines.append("Content-Type:")
        }
        for (name, value) in request.headers { lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)") }
        handle.setHeaders(lines)
    }

    private func setCallbacks(me: UnsafeMutableRawPointer) {
        _ = unsafe curl_set_pointer(handle.easy, CURLOPT_WRITEDATA, me)
        _ = unsafe curl_set_write_function(handle.easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            unsafe Transfer.from(context).receiveBody(bytes, count: size * count)
        }
        _ = unsafe curl_set_pointer(handle.easy, CURLOPT_HEADERDATA, me)
        _ = unsafe curl_set_write_function(handle.easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            unsafe Transfer.from(context).receiveHeader(bytes, count: size * count)
        }
        _ = unsafe curl_set_pointer(handle.easy, CURLOPT_OPENSOCKETDATA, me)
        _ = unsafe curl_set_opensocket_function(handle.easy) { context, _, address in
            unsafe Transfer.from(context).openSocket(address)
        }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
        guard let context = unsafe context else { preconditionFailure("libcurl lost the transfer") }
        return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// "Returning CURL_SOCKET_BAD signals an unrecoverable error" (CURLOPT_OPENSOCKETFUNCTION): the address is not tried.
    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
        guard let address = unsafe address, let peer = unsafe Transfer.peer(address) else { return -1 }
        if let reason = policy.refusal(of: peer) {
            refusal = TransferError(.refusedByGuard, "\(reason)")
            return -1
        }
        if isPlain, !peer.isLoopback {
            refusal = TransferError(.refusedByGuard, "\(AddressRefusal.plainHTTP(peer))")
            return -1
        }
        let type = unsafe CInt(address.pointee.socktype) | CInt(SOCK_CLOEXEC.rawValue)
        return unsafe socket(address.pointee.family, type, address.pointee.`protocol`)
    }

    /// The address behind the four leading integers; nil for a family that is neither IPv4 nor IPv6.
    private static func peer(_ address: UnsafeMutablePointer<curl_sockaddr>) -> IPAddress? {
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        let start = unsafe UnsafeRawPointer(address) + offset
        switch unsafe address.pointee.family {
        case AF_INET:
            let ipv4 = unsafe start.loadUnaligned(as: sockaddr_in.self)
            return .v4(UInt32(bigEndian: ipv4.sin_addr.s_addr))
        case AF_INET6:
            guard let inner = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) else { return nil }
            return .v6(UInt128(bigEndian: unsafe (start + inner).loadUnaligned(as: UInt128.self)))
        default: return nil
        }
    }

    private func receiveBody(_ bytes: UnsafeMutablePointer<CChar>?, count: Int) -> Int {
        guard count > 0, let bytes = unsafe bytes else { return 0 }
        let room = request.maximumBodyBytes - body.count
        let kept = unsafe UnsafeRawBufferPointer(start: bytes, count: min(count, max(0, room)))
        unsafe body.append(contentsOf: kept)
        if count <= room { return count }
        isTruncated = true
        if request.overflow == .fails {
            refusal = TransferError(.bodyTooLarge, "the answer is longer than \(request.maximumBodyBytes) bytes")
        }
        return 0
    }

    private func receiveHeader(_ bytes: UnsafeMutablePointer<CChar>?, count: Int) -> Int {
        guard count > 0, let bytes = unsafe bytes else { return 0 }
        headerBytes += count
        guard headerBytes <= Self.maximumHeaderBytes else {
            refusal = TransferError(.headersTooLarge, "the answer's headers are longer than \(Self.maximumHeaderBytes) bytes")
            return 0
        }
        var line = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
        while line.last == 0x0A || line.last == 0x0D { line.removeLast() }
        if line.starts(with: "HTTP/".utf8) {
            // A new status line: what came before belonged to an interim answer (RFC 9110 § 15.2).
            headers.removeAll(keepingCapacity: true)
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self)
            let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
            headers.append((name, String(decoding: value, as: UTF8.self)))
        }
        return count
    }

    /// What libcurl's end of the transfer means.
    func result(_ code: CURLcode) -> Result<IncomingResponse, TransferError> {
        let isCut = code == CURLE_WRITE_ERROR && isTruncated && request.overflow == .truncates
        guard code == CURLE_OK || isCut else { return .failure(failure(code)) }
        return .success(
            IncomingResponse(
                status: handle.long(CURLINFO_RESPONSE_CODE), headers: headers, body: body, isTruncated: isTruncated,
                elapsed: .microseconds(handle.size(CURLINFO_TOTAL_TIME_T))))
    }

    private func failure(_ code: CURLcode) -> TransferError {
        if let refusal { return refusal }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return TransferError(.dns, "the host's name does not resolve")
        case CURLE_OPERATION_TIMEDOUT: return TransferError(.timeout, "no whole answer within \(request.timeout)")
        case CURLE_COULDNT_CONNECT:
            let number = CInt(truncatingIfNeeded: handle.long(CURLINFO_OS_ERRNO))
            if number == ETIMEDOUT { return TransferError(.timeout, "no connection in time") }
            return TransferError(
                .connectionRefused, "no connection: \(number == ECONNREFUSED ? "nobody listens there" : "no route leads there")")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE:
            return TransferError(.connectionReset, "the peer closed the connection before the answer was whole")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_INITFAILED:
            return TransferError(.tls, "TLS: \(Self.text(code))")
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT:
            return TransferError(.invalidRequest, "the URL cannot be used")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return TransferError(.protocolViolation, "the answer is no HTTP that can be read")
        default: return TransferError(.protocolViolation, Self.text(code))
        }
    }

    private static func text(_ code: CURLcode) -> String {
        guard let text = unsafe curl_easy_strerror(code) else { return "libcurl error \(code.rawValue)" }
        return unsafe String(cString: text)
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
