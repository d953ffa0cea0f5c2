import Values
import YAML

/// What only all documents together can tell: addresses declared twice, names that nobody declares, moves.
struct CrossCheck {
    private(set) var resources: [Resource] = []
    private(set) var moves: [Manifest.Move] = []
    /// By position of the file.
    private(set) var findings: [Findings]
    /// Names that were compared for "did you mean" so far.
    private var comparisons = 0
    /// Beyond so many no name is proposed, which would cost every wrong name a walk over all right ones.
    private static let maximumComparisons = 200_000
    private var firstDeclarations: [Address: SourceLocation] = [:]

    /// - Parameter isComplete: whether every file could be read; else a name may be declared in one that could not.
    init(_ decoders: [DocumentDecoder], isComplete: Bool) {
        findings = decoders.map { _ in Findings() }
        merge(decoders)
        guard isComplete else { return }
        checkReferences(decoders)
        checkMoves(decoders.flatMap(\.moves))
    }

    // MARK: Addresses

    /// Sorts by address and finds the equal neighbours.
    private mutating func merge(_ decoders: [DocumentDecoder]) {
        if decoders.count == 1, Self.isStrictlySorted(decoders[0].resources) {
            resources = decoders[0].resources
            return
        }
        var entries: [(resource: Resource, file: Int, span: Span)] = []
        entries.reserveCapacity(decoders.reduce(0) { $0 + $1.resources.count })
        for (file, decoder) in decoders.enumerated() {
            for (resource, span) in zip(decoder.resources, decoder.nameSpans) { entries.append((resource, file, span)) }
        }
        var order = Array(entries.indices)
        if !zip(entries, entries.dropFirst()).allSatisfy({ $0.resource.address < $1.resource.address }) {
            order.sort {
                entries[$0].resource.address < entries[$1].resource.address
                    || (entries[$0].resource.address == entries[$1].resource.address && $0 < $1)
            }
        }
        resources.reserveCapacity(order.count)
        var first = 0
        for index in order {
            let entry = entries[index]
            if let last = resources.last, last.address == entry.resource.address {
                let earlier = entries[first]
                // Within one mapping it is a duplicate key, which is reported already.
                let isKnown = earlier.file == entry.file && decoders[entry.file].repeatedKeys.contains(entry.span)
                if !isKnown, !entry.resource.address.workspace.isEmpty {
                    let place = "\(last.source.file):\(last.source.line):\(last.source.column)"
                    findings[entry.file].append(
                        Finding(
                            span: entry.span,
                            summary:
                                "`\(last.address.local)` is declared twice in workspace `\(last.address.workspace)`: first at \(place)",
                            detail: "keep one of the two"))
                }
                continue
            }
            first = index
            resources.append(entry.resource)
        }
    }

    private static func isStrictlySorted(_ resources: [Resource]) -> Bool {
        guard resources.count > 1 else { return true }
        for index in 1..<resources.count where !(resources[index - 1].address < resources[index].address) { return false }
        return true
    }

    // MARK: Names

    private mutating func checkReferences(_ decoders: [DocumentDecoder]) {
        guard decoders.contains(where: { !$0.references.isEmpty }) else { return }
        var events: [ExactText: Set<ExactText>] = [:]
        var scopes: [ExactText: Set<ExactText>] = [:]
        /// Every beginning of a scope up to a colon: `posts:` for `posts:read`.
        var scopePrefixes: [ExactText: Set<ExactText>] = [:]
        for resource in resources {
            let address = resource.address
            if address.kind == .event { events[address.workspace, default: []].insert(ExactText(address.name)) }
            if address.kind == .scope {
                scopes[address.workspace, default: []].insert(ExactText(address.name))
                for (position, character) in zip(address.name.indices, address.name) where character == ":" {
                    scopePrefixes[address.workspace, default: []].insert(ExactText(String(address.name[...position])))
                }
            }
        }
        for reference in decoders.lazy.flatMap(\.references) {
            switch reference.kind {
            case .event:
                let declared = events[reference.workspace] ?? []
                guard !declared.contains(ExactText(reference.name)) else { continue }
                report(
                    reference, "there is no event \(quoted(reference.name)) in workspace `\(reference.workspace)`",
                    "declare it below `events`, or name a built-in one",
                    unlessNear: { BuiltInEvent.allCases.map(\.rawValue) + declared.sorted().map(\.text) })
            case .scopePattern:
                let declared = scopes[reference.workspace] ?? []
                if reference.name == "*" {
                    if declared.isEmpty {
                        report(
                            reference, "`*` covers nothing: workspace `\(reference.workspace)` has no scopes", "declare them below `scopes`"
                        )
                    }
                } else if let stem = ScopePattern.stem(of: reference.name) {
                    let prefixes = scopePrefixes[reference.workspace] ?? []
                    guard !prefixes.contains(ExactText(String(Substring(stem)))) else { continue }
                    report(
                        reference, "\(quoted(reference.name)) covers no scope of workspace `\(reference.workspace)`",
                        "declare such a scope below `scopes`", unlessNear: { prefixes.sorted().map { $0.text + "*" } })
                } else if !declared.contains(ExactText(reference.name)) {
                    report(
                        reference, "there is no scope \(quoted(reference.name)) in workspace `\(reference.workspace)`",
                        "declare it below `scopes`", unlessNear: { declared.sorted().map(\.text) })
                }
            }
        }
    }

    /// - Parameters:
    ///   - detail: the remedy where no right name is near.
    ///   - candidates: the right names.
    private mutating func report(
        _ reference: Reference, _ summary: String, _ detail: String, unlessNear candidates: () -> [String] = { [] }
    ) {
        report(in: reference.file, reference.span, summary, near: reference.name, detail, candidates)
    }

    private mutating func report(
        in file: Int, _ span: Span, _ summary: String, near name: String, _ detail: String, _ candidates: () -> [String]
    ) {
        guard !findings[file].isFull else { return findings[file].omit() }
        var remedy = detail
        if comparisons < Self.maximumComparisons {
            let names = candidates()
            comparisons += names.count
            remedy = Nearest.remedy(for: name, among: names, otherwise: detail)
        }
        findings[file].append(Finding(span: span, summary: summary, detail: remedy))
    }

    // MARK: Moves

    /// Every move ends at what is declared: `a → b, b → c` becomes `a → c, b → c`, whichever of them the state still has.
    private mutating func checkMoves(_ declared: [DeclaredMove]) {
        guard !declared.isEmpty else { return }
        let addresses = Dictionary(resources.map { ($0.address, $0.source) }, uniquingKeysWith: { first, _ in first })
        var byFrom: [Address: DeclaredMove] = [:]
        var byTo: [Address: DeclaredMove] = [:]
        for move in declared {
            if let earlier = byFrom[move.from] {
                report(move, move.fromSpan, "`\(move.from.local)` is moved twice: first in \(place(earlier))", "keep one of the two")
                continue
            }
            byFrom[move.from] = move
            if let earlier = byTo[move.to] {
                report(
                    move, move.toSpan, "two resources are moved to `\(move.to.local)`: `\(earlier.from.local)` in \(place(earlier))",
                    "keep one of the two")
            } else {
                byTo[move.to] = move
            }
            if let source = addresses[move.from] {
                report(
                    move, move.fromSpan,
                    "`\(move.from.local)` is moved away and still declared at \(source.file):\(source.line):\(source.column)",
                    "take the declaration away, or the move")
            }
        }
        var ends = MoveEnds(byFrom.mapValues(\.to))
        for move in declared {
            guard let end = ends.end(from: move.to) else {
                report(move, move.fromSpan, "the moves from `\(move.from.local)` lead in a circle", "take one of them away")
                continue
            }
            guard addresses[end] != nil else {
                guard end == move.to else { continue }
                report(
                    in: move.file, move.toSpan, "`\(end.local)` is not declared", near: end.local, "declare it, or take the move away"
                ) { addresses.keys.filter { $0.kind == end.kind && $0.workspace.isExactly(end.workspace) }.map(\.local).sorted() }
                continue
            }
            moves.append(Manifest.Move(from: move.from, to: end, source: move.source))
        }
    }

    private mutating func report(_ move: DeclaredMove, _ span: Span, _ summary: String, _ detail: String) {
        findings[move.file].append(Finding(span: span, summary: summary, detail: detail))
    }

    private func place(_ move: DeclaredMove) -> String { "\(move.source.file):\(move.source.line):\(move.source.column)" }
}
