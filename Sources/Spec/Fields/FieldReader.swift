import Values

/// Reads the values of fields out of one medium: a manifest's node, a request's body, what the state keeps.
///
/// Each function reports what is wrong in the words of its medium, and then gives nil or false.
protocol FieldReader {
    /// What stands where the value of a field belongs.
    associatedtype Source

    /// Whether a value that may be left out is taken away by this.
    func isNull(_ source: Source) -> Bool
    mutating func text(_ source: Source, _ name: String, _ problem: (String) -> String?) -> String?
    mutating func url(_ source: Source, _ name: String, _ rules: URLRules) -> String?
    mutating func integer(_ source: Source, _ name: String, in range: ClosedRange<Int>) -> Int?
    mutating func number(_ source: Source, _ name: String, in range: ClosedRange<Double>) -> Double?
    mutating func duration(_ source: Source, _ name: String, in range: ClosedRange<Duration>) -> Duration?
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ source: Source, _ name: String, _ type: Choice.Type) -> Choice?
    mutating func list(_ source: Source, _ name: String, _ rule: ListRule) -> [String]?
    /// - Parameter value: what is there now; a secret that is given back as it is shown stays.
    mutating func map(_ source: Source, _ name: String, _ rule: MapRule, into value: inout [NamedText]) -> Bool
    mutating func secret(_ source: Source, _ name: String, _ rule: SecretRule, into value: inout SecretSource?) -> Bool
    mutating func object<Object: Tabled>(_ source: Source, _ name: String, into value: inout Object) -> Bool
}
