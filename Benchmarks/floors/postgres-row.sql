-- One row the size of an event in a transaction of its own, for pgbench.
INSERT INTO floor_rows (body) VALUES (repeat('x', 512));
