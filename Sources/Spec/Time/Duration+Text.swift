extension Duration {
    /// Reads the manifest's and the API's form of a span: a whole number and one unit of `ms`, `s`, `m`, `h`, `d`.
    ///
    /// Nil for anything else, and for spans beyond 100 years.
    package init?(manifestText text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 15, let count = Int64(digits) else { return nil }
        let unit: Int64
        switch text.dropFirst(digits.count) {
        case "ms": unit = 1
        case "s": unit = 1000
        case "m": unit = 60_000
        case "h": unit = 3_600_000
        case "d": unit = 86_400_000
        default: return nil
        }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, milliseconds <= 100 * 366 * 86_400_000 else { return nil }
        self = .milliseconds(milliseconds)
    }

    /// The shortest exact form with one unit: `90d`, `12h`, `5s`; the canonical spelling in the state and in exports.
    package var manifestText: String {
        let units: [(Int64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
        for (size, name) in units where milliseconds != 0 && milliseconds % size == 0 {
            return "\(milliseconds / size)\(name)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
