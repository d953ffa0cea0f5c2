import YAML

/// What only all documents together can tell: addresses declared twice, names that nobody declares, moves.
struct CrossCheck {
    private(set) var resources: [Resource] = []
    private(set) var moves: [Manifest.Move] = []
    /// By position of the file.
    private(set) var findings: [[Finding]]
    private var firstDeclarations: [Address: SourceLocation] = [:]

    /// - Parameter isComplete: whether every file could be read; else a name may be declared in one that could not.
    init(_ decoders: [DocumentDecoder], isComplete: Bool) {
        findings = decoders.map { _ in [] }
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
                let isKnown = earlier.file == entry.file && decoders[entry.file].findings.contains { $0.span == entry.span }
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
        var events: [String: Set<ExactText>] = [:]
        var scopes: [String: Set<String>] = [:]
        /// Every beginning of a scope up to a colon: `posts:` for `posts:read`.
        var scopePrefixes: [String: Set<String>] = [:]
        for resource in resources {
            let address = resource.address
            if address.kind == .event { events[address.workspace, default: []].insert(ExactText(address.name)) }
            if address.kind == .scope {
                scopes[address.workspace, default: []].insert(address.name)
                for (position, character) in zip(address.name.indices, address.name) where character == ":" {
                    scopePrefixes[address.workspace, default: []].insert(String(address.name[...position]))
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
                    Nearest.remedy(
                        for: reference.name, among: BuiltInEvent.allCases.map(\.rawValue) + declared.map(\.text).sorted(),
                        otherwise: "declare it below `events`, or name a built-in one"))
            case .scopePattern:
                let declared = scopes[reference.workspace] ?? []
                if reference.name == "*" {
                    if declared.isEmpty {
                        report(
                            reference, "`*` covers nothing: workspace `\(reference.workspace)` has no scopes", "declare them below `scopes`"
                        )
                    }
                } else if reference.name.hasSuffix(":*") {
                    guard scopePrefixes[reference.workspace]?.contains(String(reference.name.dropLast())) != true else { continue }
                    let wildcards = (scopePrefixes[reference.workspace] ?? []).sorted().map { $0 + "*" }
                    report(
                        reference, "\(quoted(reference.name)) covers no scope of workspace `\(reference.workspace)`",
                        Nearest.remedy(for: reference.name, among: wildcards, otherwise: "declare such a scope below `scopes`"))
                } else if !declared.contains(reference.name) {
                    report(
                        reference, "there is no scope \(quoted(reference.name)) in workspace `\(reference.workspace)`",
                        Nearest.remedy(for: reference.name, among: declared.sorted(), otherwise: "declare it below `scopes`"))
                }
            }
        }
    }

    private mutating func report(_ reference: Reference, _ summary: String, _ detail: String) {
        findings[reference.file].append(Finding(span: reference.span, summary: summary, detail: detail))
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
        for move in declared {
            var end = move.to
            var steps = 0
            while let next = byFrom[end], steps <= declared.count {
                end = next.to
                steps += 1
            }
            guard steps <= declared.count else {
                report(move, move.fromSpan, "the moves from `\(move.from.local)` lead in a circle", "take one of them away")
                continue
            }
            guard addresses[end] != nil else {
                guard end == move.to else { continue }
                let names = addresses.keys.filter { $0.workspace == end.workspace && $0.kind == end.kind }.map(\.local).sorted()
                report(
                    move, move.toSpan, "`\(end.local)` is not declared",
                    Nearest.remedy(for: end.local, among: names, otherwise: "declare it, or take the move away"))
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
