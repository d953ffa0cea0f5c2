enum PostgresAlone {
    static let statements = [
        "SELECT id FROM things WHERE name ILIKE 'a%'",
        "SELECT id FROM things WHERE name ~ '^a'",
        "SELECT greatest(at, due_at) FROM things",
        "SELECT extract(epoch FROM at) FROM things",
        "SELECT id FROM things WHERE at < ? - INTERVAL '1 day'",
        "SELECT id FROM things WHERE spec ->> 'status' = 'ACTIVE'",
        "SELECT string_agg(name, ',') FROM things",
        "INSERT INTO things (id) VALUES (gen_random_uuid())",
        "SELECT id FROM things WHERE id = $1",
        "SELECT id FROM things WHERE id = ANY(?)",
        "SELECT DISTINCT ON (name) id FROM things",
        "SELECT id FROM things ORDER BY id FETCH FIRST 3 ROWS ONLY",
        "SELECT id FROM things WHERE id = ? FOR UPDATE",
        "SELECT id FROM things ORDER BY id FOR SHARE NOWAIT",
        "SELECT name || ' ' || at FROM things",
    ]
}
