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
            if let value { append(bigEndian: value) } else { isNull = true }
        case .bytes(let value):
            if let value { bytes.append(contentsOf: value) } else { isNull = true }
        case .texts(let values):
            appendHead(of: .text, count: values.count)
            for value in values {
                append(bigEndian: Int32(truncatingIfNeeded: value.map { $0.utf8.count } ?? -1))
                if let value { bytes.append(contentsOf: value.utf8) }
            }
        case .ints(let values):
            appendHead(of: .int, count: values.count)
            for value in values {
                append(bigEndian: Int32(value == nil ? -1 : 8))
                if let value { append(bigEndian: value) }
            }
        }
        types.append(parameter.type.oid)
        offsets.append(isNull ? nil : start)
        // `Message.check` bounds the length.
        lengths.append(CInt(bytes.count - start))
        formats.append(1)
    }

    /// What stands before the elements of an array, each of which has its length before it, −1 for NULL (array_recv of arrayfuncs.c):
    /// the dimensions, whether there are NULLs (it may say so in vain), the type, and the length and the first index of each dimension.
    private mutating func appendHead(of type: ParameterType, count: Int) {
        append(bigEndian: Int32(count == 0 ? 0 : 1))
        append(bigEndian: Int32(1))
        append(bigEndian: type.oid)
        guard count > 0 else { return }
        append(bigEndian: Int32(truncatingIfNeeded: count))
        append(bigEndian: Int32(1))
    }

    private mutating func append(bigEndian value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
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
