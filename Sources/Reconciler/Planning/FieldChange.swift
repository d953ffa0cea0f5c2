import Spec
package import Values

/// One differing field of a resource.
package struct FieldChange: Sendable, Equatable {
    /// Keys from the root joined by dots, such as `retryConfig.maxRetries`.
    package var path: String
    package var kind: Kind

    package init(path: String, kind: Kind) {
        self.path = path
        self.kind = kind
    }

    package enum Kind: Sendable, Equatable {
        case added(JSON)
        case removed(JSON)
        case changed(from: JSON, to: JSON)
        /// The elements of both lists in order, kept ones included.
        case list([ListElement])
        /// A secret whose value differs.
        case secret
    }

    /// Compares two values member by member; objects are entered, lists of scalars are compared inside.
    ///
    /// - Parameter secretFields: paths whose objects are references to secrets and are compared as one value.
    package static func between(
        _ before: JSON, _ after: JSON, secretFields: Set<String> = [], changedSecrets: Set<String> = []
    ) -> [FieldChange] {
        var comparison = Comparison(secretFields: secretFields, changedSecrets: changedSecrets)
        comparison.enter(before.object ?? JSONObject(), after.object ?? JSONObject(), prefix: "")
        return comparison.changes
    }
}

private struct Comparison {
    let secretFields: Set<String>
    let changedSecrets: Set<String>
    var changes: [FieldChange] = []

    mutating func enter(_ before: JSONObject, _ after: JSONObject, prefix: String) {
        var keys = after.keys
        keys += before.keys.filter { after[$0] == nil }
        for key in keys { compare(before[key], after[key], path: prefix + key) }
    }

    mutating func compare(_ before: JSON?, _ after: JSON?, path: String) {
        if changedSecrets.contains(path) {
            changes.append(FieldChange(path: path, kind: .secret))
            return
        }
        switch (before, after) {
        case (nil, nil): break
        case (nil, let after?):
            // An object that only appears is entered, so that a secret inside it is still met.
            if case .object(let members) = after, !members.isEmpty, !secretFields.contains(path) {
                enter(JSONObject(), members, prefix: path + ".")
            } else {
                changes.append(FieldChange(path: path, kind: .added(after)))
            }
        case (let before?, nil):
            if case .object(let members) = before, !members.isEmpty, !secretFields.contains(path) {
                enter(members, JSONObject(), prefix: path + ".")
            } else {
                changes.append(FieldChange(path: path, kind: .removed(before)))
            }
        case (let before?, let after?):
            if before == after, !hasChangedSecret(below: path) { return }
            if secretFields.contains(path) {
                changes.append(FieldChange(path: path, kind: .changed(from: before, to: after)))
            } else if case .object(let old) = before, case .object(let new) = after {
                enter(old, new, prefix: path + ".")
            } else if case .array(let old) = before, case .array(let new) = after, (old + new).allSatisfy(\.isScalar) {
                changes.append(FieldChange(path: path, kind: .list(ListElement.difference(old, new))))
            } else {
                changes.append(FieldChange(path: path, kind: .changed(from: before, to: after)))
            }
        }
    }

    private func hasChangedSecret(below path: String) -> Bool {
        changedSecrets.contains { $0.hasPrefix(path + ".") }
    }
}

extension JSON {
    fileprivate var isScalar: Bool { array == nil && object == nil }
}
