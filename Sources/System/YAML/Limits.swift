/// What a text may cost to read; beyond it the text is refused, whatever it says.
package struct Limits: Sendable {
    package var bytes: Int
    /// Mappings and sequences within one another.
    package var depth: Int
    /// Scalars, mappings, sequences and aliases of the whole stream.
    package var nodes: Int
    /// Nodes that aliases repeat, counted as if each alias were written out.
    package var aliasedNodes: Int

    package init(bytes: Int = 16 << 20, depth: Int = 64, nodes: Int = 2_000_000, aliasedNodes: Int = 100_000) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
        self.aliasedNodes = aliasedNodes
    }
}
