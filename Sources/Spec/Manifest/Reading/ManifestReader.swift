package import YAML

/// Reads manifests: text in, one validated `Manifest` or all that is wrong with it out.
///
///     let reading = ManifestReader().read(["manifests", "-"], standardInput: bytes)
///
/// Every error of every file is found in one run. Secrets are not needed; `SecretResolver` reads them where they are.
package struct ManifestReader: Sendable {
    private let files: ManifestFiles
    private let limits: Limits

    /// Bytes of one file, standard input among them; a longer one is an error, and need not be read further.
    package static let longestFile = Limits().bytes

    /// - Parameter directory: where relative paths count from; the process's working directory where it is nil. Diagnostics name
    ///   files as the caller did, without it.
    package init(directory: String? = nil) {
        self.init(directory: directory, limits: Limits())
    }

    init(directory: String?, limits: Limits) {
        files = ManifestFiles(directory: directory)
        self.limits = limits
    }

    /// Reads files, folders (every `*.yaml` and `*.yml` below, hidden ones aside, in sorted order) and `-`, the standard input.
    ///
    /// - Parameter standardInput: what `-` means; read by the caller, since it can be read only once.
    package func read(_ paths: [String], standardInput: [UInt8]? = nil) -> ManifestReading {
        let found = files.find(paths, standardInput: standardInput, limit: limits.bytes)
        var reading = read(found.files)
        reading.missing = found.missing
        if !found.unreadable.isEmpty {
            reading.diagnostics = Diagnostic.cut(found.unreadable + reading.diagnostics)
            reading.manifest = nil
        }
        if !found.missing.isEmpty { reading.manifest = nil }
        return reading
    }

    /// The same from texts: pure.
    package func read(_ files: [ManifestFile]) -> ManifestReading {
        var decoders: [DocumentDecoder] = []
        var isComplete = true
        for (index, file) in files.enumerated() {
            var decoder = DocumentDecoder(file, index: index)
            do throws(SyntaxError) {
                if let finding = Finding(ifSavedPlan: file.text) {
                    decoder.findings.append(finding)
                    isComplete = false
                } else {
                    decoder.decode(try Tree(parsing: file.text, limits: limits))
                }
            } catch {
                decoder.findings.append(Finding(error, in: file.text))
                isComplete = false
            }
            decoders.append(decoder)
        }
        return reading(of: files, decoders, isComplete: isComplete)
    }

    /// The same from texts that are parsed already.
    package func read(_ parsed: [(file: ManifestFile, tree: Tree)]) -> ManifestReading {
        let decoders = parsed.enumerated().map { index, parsed in
            var decoder = DocumentDecoder(parsed.file, index: index)
            decoder.decode(parsed.tree)
            return decoder
        }
        return reading(of: parsed.map(\.file), decoders, isComplete: true)
    }

    private func reading(of files: [ManifestFile], _ decoders: [DocumentDecoder], isComplete: Bool) -> ManifestReading {
        let check = CrossCheck(decoders, isComplete: isComplete)
        var diagnostics: [Diagnostic] = []
        var omitted = 0
        for (index, decoder) in decoders.enumerated() {
            let findings = decoder.findings.kept + check.findings[index].kept
            omitted += decoder.findings.omitted + check.findings[index].omitted
            guard !findings.isEmpty else { continue }
            guard diagnostics.count < Diagnostic.shown else {
                omitted += findings.count
                continue
            }
            let excerpt = SourceExcerpt(decoder.file, hiding: decoder.secrets)
            let ordered = findings.enumerated().sorted {
                ($0.element.span.start.line, $0.element.span.start.column, $0.offset) < (
                    $1.element.span.start.line, $1.element.span.start.column, $1.offset
                )
            }
            // What an alias repeats is decoded, and found wrong, once for every place that repeats it.
            var seen: Set<Diagnostic> = []
            for finding in ordered {
                guard diagnostics.count < Diagnostic.shown else {
                    omitted += 1
                    continue
                }
                let diagnostic = excerpt.diagnostic(finding.element)
                if seen.insert(diagnostic).inserted { diagnostics.append(diagnostic) }
            }
        }
        diagnostics = Diagnostic.cut(diagnostics, omitted: omitted)
        var manifest: Manifest?
        if diagnostics.isEmpty {
            manifest = Manifest(domains: Set(decoders.flatMap(\.domains)), resources: check.resources, moves: check.moves)
        }
        return ManifestReading(
            manifest: manifest, diagnostics: diagnostics, files: files.map(\.name),
            places: SecretPlaces(files: files, places: decoders.flatMap(\.secretPlaces)))
    }
}
