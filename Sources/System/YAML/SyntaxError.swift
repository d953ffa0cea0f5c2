/// Why a text is not one that we read, and where.
package struct SyntaxError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Bytes that are no UTF-8, or characters that YAML forbids.
        case reader
        case scanner
        case parser
        /// The text is longer than `Limits.bytes`.
        case tooLong(limit: Int)
        case tooDeep(limit: Int)
        case tooManyNodes(limit: Int)
        /// Aliases repeat more nodes than `Limits.aliasedNodes`.
        case tooManyAliases(limit: Int)
        case unknownAlias(String)
        /// An alias within the node that it refers to.
        case cyclicAlias(String)
    }

    package var kind: Kind
    /// libyaml's own words where it is its error, else empty.
    package var problem: String
    package var mark: Mark
    /// What libyaml was doing, and since where.
    package var context: String?
    package var contextMark: Mark?

    package init(kind: Kind, problem: String = "", mark: Mark, context: String? = nil, contextMark: Mark? = nil) {
        self.kind = kind
        self.problem = problem
        self.mark = mark
        self.context = context
        self.contextMark = contextMark
    }
}
