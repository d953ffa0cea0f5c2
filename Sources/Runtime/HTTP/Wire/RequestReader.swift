import NIOCore
import Values

/// Takes requests from the bytes of a connection, one part after the other (RFC 9112).
///
/// What it finds depends on the bytes alone, never on how they were cut on their way. It takes the strict reading wherever
/// the RFC leaves a choice, so that no proxy before it can see other requests in the same bytes (§ 11.2). After a failure
/// it must not be asked again.
struct RequestReader {
    enum Part: Hashable {
        case head(RequestHead)
        case body(ByteBuffer)
        case end
    }

    private enum State {
        case requestLine
        case fields
        case length(Int64)
        case chunkSize
        case chunk(Int64)
        case chunkEnd
        case trailers(count: Int)
    }

    private var state = State.requestLine
    /// Nil outside a head.
    private var draft: RequestHeadDraft?
    /// How many of the waiting bytes are known to hold no line end.
    private var scanned = 0
    /// Bytes of the head, or of the trailers, that have been taken.
    private var headBytes = 0
    /// Longer chunk lines are refused; the size takes 16 digits at the most, the rest is extensions.
    private static let maximumChunkLine = 1024

    /// Whether a request has begun and is not whole; `input` is what waits to be read.
    func isInside(_ input: ByteBuffer) -> Bool {
        guard case .requestLine = state else { return true }
        return input.readableBytesView.contains { $0 != 0x0D && $0 != 0x0A }
    }

    /// The next part; nil where more bytes must come first.
    mutating func next(from input: inout ByteBuffer) throws(APIError) -> Part? {
        while true {
            switch state {
            case .requestLine:
                // `GET`, the version and two spaces may come to the target.
                guard
                    let line = try line(
                        &input, atMost: HTTPConnectionLimits.maximumTargetBytes + 64, orThrow: .targetTooLong, wrongEnd: .lineEndInvalid)
                else { return nil }
                // RFC 9112 § 2.2: empty lines before a request are skipped.
                guard !line.isEmpty else {
                    guard headBytes < 64 else { throw .requestLineInvalid }
                    continue
                }
                draft = try RequestHeadDraft(requestLine: line[...])
                state = .fields
            case .fields:
                guard let line = try line(&input, atMost: headRoom, orThrow: .headTooLarge, wrongEnd: .lineEndInvalid) else { return nil }
                guard line.isEmpty else {
                    try draft?.append(line[...])
                    continue
                }
                guard let head = try draft?.finish() else { preconditionFailure("the request line made the draft") }
                draft = nil
                headBytes = 0
                state =
                    switch head.body {
                    case .none: .length(0)
                    case .length(let count): .length(count)
                    case .chunked: .chunkSize
                    }
                return .head(head)
            case .length(0):
                state = .requestLine
                return .end
            case .length(let remaining):
                guard let body = Self.take(&input, atMost: remaining) else { return nil }
                state = .length(remaining - Int64(body.readableBytes))
                return .body(body)
            case .chunkSize:
                guard let line = try line(&input, atMost: Self.maximumChunkLine, orThrow: .chunkInvalid, wrongEnd: .chunkInvalid) else {
                    return nil
                }
                headBytes = 0
                let size = try Self.chunkSize(line)
                state = size == 0 ? .trailers(count: 0) : .chunk(size)
            case .chunk(let remaining):
                guard let body = Self.take(&input, atMost: remaining) else { return nil }
                let left = remaining - Int64(body.readableBytes)
                state = left == 0 ? .chunkEnd : .chunk(left)
                return .body(body)
            case .chunkEnd:
                guard let line = try line(&input, atMost: 1, orThrow: .chunkInvalid, wrongEnd: .chunkInvalid) else { return nil }
                guard line.isEmpty else { throw .chunkInvalid }
                state = .chunkSize
            case .trailers(let count):
                // Checked and dropped: nothing here asks for any, and merging them into the headers is not safe (RFC 9110 § 6.5.1).
                guard let line = try line(&input, atMost: headRoom, orThrow: .headTooLarge, wrongEnd: .trailerInvalid) else { return nil }
                guard line.isEmpty else {
                    guard count < HTTPConnectionLimits.maximumFields else { throw .headTooLarge }
                    guard FieldLine(line[...]) != nil else { throw .trailerInvalid }
                    state = .trailers(count: count + 1)
                    continue
                }
                headBytes = 0
                state = .requestLine
                return .end
            }
        }
    }

    private var headRoom: Int { max(0, HTTPConnectionLimits.maximumHeadBytes - headBytes) }

    /// A line without its CR LF, once it is here; `limit` counts the CR too.
    private mutating func line(
        _ input: inout ByteBuffer, atMost limit: Int, orThrow excess: APIError, wrongEnd: APIError
    ) throws(APIError) -> [UInt8]? {
        let view = input.readableBytesView
        guard let end = view[(view.startIndex + scanned)...].firstIndex(of: 0x0A) else {
            scanned = view.count
            guard view.count <= limit else { throw excess }
            return nil
        }
        let count = end - view.startIndex
        guard count <= limit else { throw excess }
        scanned = 0
        guard var line = input.readBytes(length: count + 1) else { return nil }
        headBytes += line.count
        line.removeLast()
        guard line.popLast() == 0x0D else { throw wrongEnd }
        return line
    }

    private static func take(_ input: inout ByteBuffer, atMost limit: Int64) -> ByteBuffer? {
        let count = Int(min(limit, Int64(input.readableBytes)))
        return count > 0 ? input.readSlice(length: count) : nil
    }

    /// RFC 9112 § 7.1: hexadecimal digits, then extensions, which mean nothing here.
    private static func chunkSize(_ line: [UInt8]) throws(APIError) -> Int64 {
        var digits = line.prefix { $0 != UInt8(ascii: ";") }
        if digits.count < line.count {
            while let last = digits.last, last.isHTTPSpace { digits.removeLast() }
        }
        guard (1...16).contains(digits.count), digits.allSatisfy({ $0.hexDigitValue != nil }),
            line.allSatisfy(\.isHTTPFieldContent),
            let size = Int64(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw .chunkInvalid }
        return size
    }
}
