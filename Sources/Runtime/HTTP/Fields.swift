import Spec
package import Values

/// Reads the members of a body and gathers everything that is wrong with them, so that one answer names it all.
///
/// Every member that nobody asked for is an error too, named at `finish()`.
package struct Fields {
    private let object: JSONObject
    private let prefix: String
    private var known: Set<String> = []
    /// The first ones, as many as an answer names.
    package private(set) var problems: [APIError.Detail] = []
    /// Problems beyond those.
    private var more = 0

    /// - Parameter prefix: the path of a nested object with its dot, such as `retryConfig.`.
    package init(_ json: JSON, prefix: String = "") throws(APIError) {
        guard let object = json.object else {
            throw .invalid(prefix.isEmpty ? "body" : String(prefix.dropLast()), "must be an object")
        }
        self.object = object
        self.prefix = prefix
    }

    /// Whether the member is there, as null or anything else.
    package func has(_ name: String) -> Bool { object[name] != nil }

    /// The member itself; null counts as absent.
    package mutating func value(_ name: String) -> JSON? {
        known.insert(name)
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    /// - Parameter isKept: false for text that goes into no state, and may have U+0000.
    package mutating func string(_ name: String, isKept: Bool = true, check: (String) -> String? = { _ in nil }) -> String? {
        read(name, "must be a string", { $0.string }) { (isKept ? Self.nulProblem($0) : nil) ?? check($0) }
    }

    /// PostgreSQL keeps no text with that character, so no state does.
    static func nulProblem(_ text: String) -> String? {
        text.utf8.contains(0) ? "must not contain the character U+0000" : nil
    }

    package mutating func requiredString(_ name: String, isKept: Bool = true, check: (String) -> String? = { _ in nil }) -> String {
        require(string(name, isKept: isKept, check: check), name) ?? ""
    }

    package mutating func bool(_ name: String) -> Bool? {
        read(name, "must be true or false", { $0.bool })
    }

    package mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        read(
            name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)",
            { value in
                value.integer.flatMap { range.contains($0) ? $0 : nil }
            })
    }

    package mutating func number(_ name: String, in range: ClosedRange<Double>) -> Double? {
        read(
            name, "must be a number from \(range.lowerBound) to \(range.upperBound)",
            { value in
                value.number.flatMap { range.contains($0) ? $0 : nil }
            })
    }

    /// - Parameters:
    ///   - most: how many the list may hold; a longer one is one problem and nil.
    ///   - isKept: false for text that goes into no state, and may have U+0000.
    ///   - check: what is wrong with an entry; what it throws ends the reading.
    package mutating func strings(
        _ name: String, atMost most: Int = 100, isKept: Bool = true, check: (String) throws -> String?
    ) rethrows -> [String]? {
        guard let values = read(name, "must be a list of strings", { $0.strings }) else { return nil }
        guard values.count <= most else {
            report(name, "has more than \(most) entries")
            return nil
        }
        for (position, text) in values.enumerated() {
            if let problem = try (isKept ? Self.nulProblem(text) : nil) ?? check(text) { report("\(name).\(position)", problem) }
        }
        return values
    }

    package mutating func duration(_ name: String) -> Duration? {
        read(name, "must be a duration such as 30s, 15m, 12h or 90d", { $0.duration })
    }

    package mutating func timestamp(_ name: String) -> Timestamp? {
        read(name, "must be a time such as 2027-01-31T00:00:00Z", { $0.string.flatMap { Timestamp($0) } })
    }

    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, of type: Choice.Type = Choice.self)
        -> Choice?
    {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return read(name, "must be one of \(names)", { $0.string.flatMap { Choice(rawValue: $0) } })
    }

    /// A nested object; its problems are joined to these by `absorb`.
    package mutating func nested(_ name: String) -> Fields? {
        guard let value = value(name) else { return nil }
        do {
            return try Fields(value, prefix: "\(prefix)\(name).")
        } catch {
            report(name, "must be an object")
            return nil
        }
    }

    /// Takes over what a nested reader found.
    package mutating func absorb(_ nested: Fields) {
        let nested = nested.all
        for problem in nested.problems { add(problem) }
        more += nested.more
    }

    /// Records a problem that only the caller can see.
    package mutating func report(_ name: String, _ message: String) {
        add(APIError.Detail(field: prefix + name, message: message))
    }

    private mutating func add(_ problem: APIError.Detail) {
        if problems.count < APIError.maximumDetails { problems.append(problem) } else { more += 1 }
    }

    /// Ends the reading: throws 422 if anything was wrong.
    package func finish() throws(APIError) {
        let all = all
        guard all.problems.isEmpty else { throw .invalid(all.problems, more: all.more) }
    }

    /// With the members that nobody asked for.
    private var all: Fields {
        var all = self
        for member in object.members where !known.contains(member.key) {
            // A body of unknown fields costs no more than the problems that are named.
            let isNamed = all.problems.count < APIError.maximumDetails
            let remedy = isNamed ? Nearest.match(for: member.key, among: known).map { ": did you mean `\($0)`?" } ?? "" : ""
            all.report(member.key, "is not a field of this request\(remedy)")
        }
        return all
    }

    private mutating func require<Value>(_ value: Value?, _ name: String) -> Value? {
        if value == nil, !problems.contains(where: { $0.field == prefix + name }) { report(name, "is required") }
        return value
    }

    private mutating func read<Value>(
        _ name: String, _ expectation: String, _ convert: (JSON) -> Value?, _ check: (Value) -> String? = { _ in nil }
    ) -> Value? {
        guard let raw = value(name) else { return nil }
        guard let value = convert(raw) else {
            report(name, expectation)
            return nil
        }
        if let problem = check(value) {
            report(name, problem)
            return nil
        }
        return value
    }
}
