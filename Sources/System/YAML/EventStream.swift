internal import CYAML

/// libyaml's parser over one text in UTF-8: the events in order, each until the next is asked for.
///
/// The parser reads from a copy of the text that lives as long as it does. A byte order mark is not part of the text.
@safe package struct EventStream: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let event: UnsafeMutablePointer<yaml_event_t>
    private let text: UnsafeMutableBufferPointer<UInt8>
    private var holdsEvent = false
    private var isFinished = false

    package init(_ source: [UInt8]) {
        unsafe text = .allocate(capacity: max(source.count, 1))
        _ = unsafe text.initialize(from: source)
        unsafe parser = .allocate(capacity: 1)
        unsafe event = .allocate(capacity: 1)
        // yaml_parser_initialize: "Returns 1 if the function succeeded, 0 on error", which can only be want of memory.
        unsafe precondition(yaml_parser_initialize(parser) == 1, "no memory for a YAML parser")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, text.baseAddress, source.count)
    }

    deinit {
        if holdsEvent { unsafe yaml_event_delete(event) }
        unsafe yaml_parser_delete(parser)
        unsafe event.deallocate()
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    /// Steps to the next event; false after the end of the stream.
    ///
    /// yaml_parser_parse: "An application must not alternate the calls of yaml_parser_parse() with the calls of
    /// yaml_parser_scan()", and after an error the parser yields nothing more.
    package mutating func advance() throws(SyntaxError) -> Bool {
        guard !isFinished else { return false }
        if holdsEvent {
            unsafe yaml_event_delete(event)
            holdsEvent = false
        }
        guard unsafe yaml_parser_parse(parser, event) == 1 else {
            isFinished = true
            throw failure()
        }
        holdsEvent = true
        if kind == .streamEnd { isFinished = true }
        return true
    }

    /// The next event as a value; nil after the end of the stream.
    package mutating func next() throws(SyntaxError) -> Event? {
        guard try advance() else { return nil }
        var bytes: [UInt8] = []
        appendValue(to: &bytes)
        return Event(
            kind: kind, start: start, end: end, value: String(decoding: bytes, as: UTF8.self), anchor: anchor, tag: tag,
            style: style, isImplicit: isImplicit)
    }

    // MARK: The current event

    var kind: Event.Kind {
        switch unsafe event.pointee.type {
        case YAML_STREAM_START_EVENT: .streamStart
        case YAML_STREAM_END_EVENT: .streamEnd
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_ALIAS_EVENT: .alias
        case YAML_SCALAR_EVENT: .scalar
        case YAML_SEQUENCE_START_EVENT: .sequenceStart
        case YAML_SEQUENCE_END_EVENT: .sequenceEnd
        case YAML_MAPPING_START_EVENT: .mappingStart
        case YAML_MAPPING_END_EVENT: .mappingEnd
        default: preconditionFailure("libyaml gave an event that it does not document")
        }
    }

    var start: Mark { unsafe Mark(event.pointee.start_mark) }
    var end: Mark { unsafe Mark(event.pointee.end_mark) }

    var style: Style {
        switch unsafe event.pointee.type {
        case YAML_SCALAR_EVENT:
            switch unsafe event.pointee.data.scalar.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
        case YAML_SEQUENCE_START_EVENT:
            unsafe event.pointee.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE ? .flow : .block
        case YAML_MAPPING_START_EVENT:
            unsafe event.pointee.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE ? .flow : .block
        default: .plain
        }
    }

    var isImplicit: Bool {
        switch unsafe event.pointee.type {
        case YAML_DOCUMENT_START_EVENT: unsafe event.pointee.data.document_start.implicit == 1
        case YAML_DOCUMENT_END_EVENT: unsafe event.pointee.data.document_end.implicit == 1
        default: false
        }
    }

    var anchor: String? {
        switch unsafe event.pointee.type {
        case YAML_SCALAR_EVENT: unsafe Self.string(event.pointee.data.scalar.anchor)
        case YAML_SEQUENCE_START_EVENT: unsafe Self.string(event.pointee.data.sequence_start.anchor)
        case YAML_MAPPING_START_EVENT: unsafe Self.string(event.pointee.data.mapping_start.anchor)
        default: nil
        }
    }

    var tag: String? {
        switch unsafe event.pointee.type {
        case YAML_SCALAR_EVENT: unsafe Self.string(event.pointee.data.scalar.tag)
        case YAML_SEQUENCE_START_EVENT: unsafe Self.string(event.pointee.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT: unsafe Self.string(event.pointee.data.mapping_start.tag)
        default: nil
        }
    }

    /// Appends a scalar's content or an alias's name; nothing for the other kinds.
    func appendValue(to bytes: inout [UInt8]) {
        switch unsafe event.pointee.type {
        case YAML_SCALAR_EVENT:
            unsafe bytes.append(
                contentsOf: UnsafeBufferPointer(start: event.pointee.data.scalar.value, count: event.pointee.data.scalar.length))
        case YAML_ALIAS_EVENT:
            if let name = unsafe Self.string(event.pointee.data.alias.anchor) { bytes += name.utf8 }
        default:
            break
        }
    }

    // MARK: Errors

    private func failure() -> SyntaxError {
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? ""
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) }
        switch unsafe parser.pointee.error {
        case YAML_READER_ERROR:
            // The reader counts bytes only, and runs ahead of the parser.
            let offset = unsafe min(parser.pointee.problem_offset, text.count)
            return unsafe SyntaxError(
                kind: .reader, problem: problem, mark: SourceText(Array(text[..<offset])).markAtEnd)
        case YAML_SCANNER_ERROR:
            return unsafe SyntaxError(
                kind: .scanner, problem: problem, mark: Mark(parser.pointee.problem_mark), context: context,
                contextMark: context.map { _ in unsafe Mark(parser.pointee.context_mark) })
        case YAML_PARSER_ERROR:
            return unsafe SyntaxError(
                kind: .parser, problem: problem, mark: Mark(parser.pointee.problem_mark), context: context,
                contextMark: context.map { _ in unsafe Mark(parser.pointee.context_mark) })
        default:
            preconditionFailure("no memory while parsing YAML")
        }
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }
}

extension Mark {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(
            line: UInt32(truncatingIfNeeded: mark.line), column: UInt32(truncatingIfNeeded: mark.column),
            index: UInt32(truncatingIfNeeded: mark.index))
    }
}
