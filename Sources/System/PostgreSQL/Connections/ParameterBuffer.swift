/// The parameters of one message as libpq takes them: parallel arrays, the values one behind the other in a buffer that is used again.
struct ParameterBuffer {
    private(set) var types: [UInt32] = []
    private var bytes: [UInt8] = []
    /// Where each value starts; nil for NULL.
    private var offsets: [Int?] = []
    private var lengths: [CInt] = []
    private var formats: [CInt] = []

    /// The room that is kept for the next message.
    private static let keptBytes = 1 << 20

    /// How many bytes of values there are.
    var byteCount: Int { bytes.count }

    mutating func fill(_ parameters: [Parameter]) {
        types.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes)
        offsets.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        for parameter in parameters { append(parameter) }
        // An empty array has no address, and libpq takes a nil pointer for NULL.
        bytes.append(0)
    }

    private mutating func append(_ parameter: Parameter) {
        let start = bytes.count
        var isNull = false
        switch parameter {
        case .text(let value):
            if let value { bytes.append(contentsOf: value.utf8) } else { isNull = true }
        case .int(let value):
            if let value {
                for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> Int64(shift))) }
            } else {
                isNull = true
            }
        case .bytes(let value):
            if let value { bytes.append(contentsOf: value) } else { isNull = true }
        }
        types.append(parameter.type.oid)
        offsets.append(isNull ? nil : start)
        // `Message.check` bounds the length.
        lengths.append(CInt(bytes.count - start))
        formats.append(1)
    }

    /// Calls the body with the arrays `paramValues`, `paramLengths` and `paramFormats`, which hold as long as it runs.
    @unsafe func withArrays<Value>(_ body: ([UnsafePointer<CChar>?], [CInt], [CInt]) -> Value) -> Value {
        unsafe bytes.withUnsafeBytes { buffer in
            let values: [UnsafePointer<CChar>?] = unsafe offsets.map { offset in
                guard let offset, let base = buffer.baseAddress else { return nil }
                return unsafe (base + offset).assumingMemoryBound(to: CChar.self)
            }
            return unsafe body(values, lengths, formats)
        }
    }
}
