PRAGMA application_id = 1380142659;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    subject TEXT NOT NULL,
    rotated_to TEXT,
    policy TEXT,
    scopes TEXT,
    rate_limit_per_hour INTEGER,
    rate_limit_per_day INTEGER,
    status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'DISABLED', 'REVOKED')),
    expires_at INTEGER,
    revoked_at INTEGER,
    owner TEXT,
    metadata TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    last_used_at INTEGER,
    change INTEGER NOT NULL
) STRICT;
INSERT INTO "api_keys" VALUES('key_01m87p3yny06pzvvcr7q7e6kmv','first','partly used',X'A0B995AD48ACF984C401D411F9A496793EC19C85FFD49C855ECFD22D50152A54','test_first_rd9z…','key_01m87p3yny06pzvvcr7q7e6kmv',NULL,'production',NULL,NULL,NULL,'ACTIVE',NULL,NULL,NULL,NULL,1748898409150,'keeper',1748898360000,1);
INSERT INTO "api_keys" VALUES('key_01m87p3ypas8w35djs24bn43vd','first','narrowed',X'512DAECBF7835EF26FD19255C2E92DFDDD0D592DFBEAC0F7145868E5493004CF','test_first_ob0w…','key_01m87p3ypas8w35djs24bn43vd',NULL,'production','["posts:read"]',3,NULL,'ACTIVE',NULL,NULL,'billing','{"plan":"pro"}',1748898409162,'keeper',NULL,2);
INSERT INTO "api_keys" VALUES('key_01m87p3ypd4me21tyvk32bd4tz','first','free',X'D069A1AF981A66F666033E69E092F6541E7DA3E5A726A3015051BBD55899DCB7','sk_live_XbZe…','key_01m87p3ypd4me21tyvk32bd4tz',NULL,NULL,'["posts:read","events:write"]',1000,NULL,'ACTIVE',3944678400000,NULL,NULL,NULL,1748898409165,'keeper',NULL,3);
INSERT INTO "api_keys" VALUES('key_01m87p3ypg6sdatwwrek0yb0gb','first','on trial',X'644008EBA396BE9AE9464DC1E13AC7238B3285176923BA8C122F9E6C61CE4BEB','test_first_JVyn…','key_01m87p3ypg6sdatwwrek0yb0gb',NULL,'trial',NULL,NULL,NULL,'ACTIVE',1749503209168,NULL,NULL,NULL,1748898409168,'keeper',NULL,4);
INSERT INTO "api_keys" VALUES('key_01m87p3ypkeky699m6vcsywma1','first','revoked',X'4685003DC9904266FBB0412044AEBB2ACD03798F265762E33F07070BB19768FF','test_first_Xv08…','key_01m87p3ypkeky699m6vcsywma1',NULL,'production',NULL,NULL,NULL,'REVOKED',NULL,1748898409179,NULL,NULL,1748898409171,'keeper',NULL,8);
INSERT INTO "api_keys" VALUES('key_01m87p3yppjp3njgjmayznt3p8','first','disabled',X'1D9BDE7758463EE342CAC007E98263F1D7DB8DA33C0C5228F76D66FFC7D786FC','test_first_06kt…','key_01m87p3yppjp3njgjmayznt3p8',NULL,'production',NULL,NULL,NULL,'DISABLED',NULL,NULL,NULL,NULL,1748898409174,'keeper',NULL,9);
INSERT INTO "api_keys" VALUES('key_01m87p3yprhevcvm96cgkby90n','first','rotated',X'EBE4EFC01CD948F4F4DA565851D55832B5E68C9FB75E2EDEF2F4827773ED47B1','test_first_DM4B…','key_01m87p3yprhevcvm96cgkby90n','key_01m87p3yq30x1r3ftn8kerfgvp','production',NULL,NULL,NULL,'ACTIVE',1748898409187,NULL,NULL,NULL,1748898409176,'keeper',1748898360000,11);
INSERT INTO "api_keys" VALUES('key_01m87p3yq30x1r3ftn8kerfgvp','first','rotated',X'FC45873DF402BB5F29A2021AAA7BC51DFBB76E2E72E4A82E43A208699174EC05','test_first_PdQS…','key_01m87p3yprhevcvm96cgkby90n',NULL,'production',NULL,NULL,NULL,'ACTIVE',NULL,NULL,NULL,NULL,1748898409187,'keeper',NULL,10);
CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    integration_id TEXT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'DEGRADED', 'NEEDS_REAUTH')),
    scopes TEXT NOT NULL,
    token_type TEXT NOT NULL,
    access_token BLOB NOT NULL,
    refresh_token BLOB,
    metadata TEXT,
    region TEXT,
    expires_at INTEGER,
    due_at INTEGER,
    generation INTEGER NOT NULL,
    lease TEXT,
    lease_expires_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    error_code TEXT,
    error TEXT,
    error_at INTEGER,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    refreshed_at INTEGER
) STRICT;
INSERT INTO "connections" VALUES('conn_01m87p3yqfh9481ve3m8z45k47','first','int_01m87p3yjjddhjhraqptfmb010','ACTIVE','["read_contacts"]','Bearer',X'01C9EA798A8C9B362904702E159D51D9C21786A08A0F2AF1976CB199394C411B579909BF60B7ADE2F104D0C510B597',X'01C9EA798A341128B76D2FDCA3B47748D6D94E2A534DCFAE97D956B24F1036961F501E1F8A4B48FD8E3A70CB6F83A227',NULL,NULL,2065122409199,2033500009199,1,NULL,NULL,0,NULL,NULL,NULL,'keeper',1748898409199,1748898409199,NULL);
INSERT INTO "connections" VALUES('conn_01m87p3ys5mfz42tzzj9d943nd','first','int_01m87p3yjjddhjhraqptfmb010','ACTIVE','["read_contacts"]','Bearer',X'01C9EA798A4697EFB552EE18CD541367054E9FF3F2339214CC0887038E3045BF10EB25733DC1F8EE26BD8FBFBCF960',X'01C9EA798A66192AA6C4286379AF82920DE788778647DCE0AE395EAB758F8631ECC4602CEB81C2B85446ECD81BAEA02D',NULL,NULL,1748902009253,1748901649253,1,NULL,NULL,0,NULL,NULL,NULL,'keeper',1748898409253,1748898409253,NULL);
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    event_id TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    workspace TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'DELIVERED', 'EXHAUSTED')),
    attempts INTEGER NOT NULL DEFAULT 0,
    retries_left INTEGER NOT NULL,
    due_at INTEGER,
    claim TEXT,
    reason TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
INSERT INTO "deliveries" VALUES('dlv_01m87p3yv9542mzbzhre3qqqfc','evt_01m87p3yv9svpxgrywvqef84qf','wh_01m87p3yh1c2w549j1yng73n2c','first','DELIVERED',1,5,NULL,NULL,NULL,1748898409321,1748898409324);
INSERT INTO "deliveries" VALUES('dlv_01m87p3yv93ndbrxjg8jzja3kj','evt_01m87p3yv9svpxgrywvqef84qf','wh_01m87p3yh1b8sq7bv9w5r9eexg','first','PENDING',0,3,NULL,NULL,'the webhook is paused',1748898409321,NULL);
INSERT INTO "deliveries" VALUES('dlv_01m87p3yv993dpq5sh0pexcb99','evt_01m87p3yv9svpxgrywvqef84qf','wh_01m87p3yh1zb92ew5zx2pqxnek','first','DELIVERED',1,3,NULL,NULL,NULL,1748898409321,1748898409324);
INSERT INTO "deliveries" VALUES('dlv_01m87p3yvmyz5x94pd01ex3wtz','evt_01m87p3yvm3307ba78srgdp9sz','wh_01m87p3yh1c2w549j1yng73n2c','first','DELIVERED',1,5,NULL,NULL,NULL,1748898409332,1748898409334);
INSERT INTO "deliveries" VALUES('dlv_01m87p3yvmgan3bcvm8erqe59j','evt_01m87p3yvm3307ba78srgdp9sz','wh_01m87p3yh1aqw9am1e9n83vcr0','first','EXHAUSTED',1,3,NULL,NULL,'the receiver answered 410 Gone, and the webhook was disabled',1748898409332,1748898409335);
INSERT INTO "deliveries" VALUES('dlv_01m87p3yvt3kecph07gqb4wkbv','evt_01m87p3yvtvx3zfjwf7f7wx2ez','wh_01m87p3yh1c2w549j1yng73n2c','first','DELIVERED',1,5,NULL,NULL,NULL,1748898409338,1748898409339);
INSERT INTO "deliveries" VALUES('dlv_01m87p3yvtn82jyt5e7hqqnz09','evt_01m87p3yvtvx3zfjwf7f7wx2ez','wh_01m87p3yh109x0157c1j5n2j8j','first','EXHAUSTED',1,0,NULL,NULL,'the receiver answered 500',1748898409338,1748898409340);
INSERT INTO "deliveries" VALUES('dlv_01m87p3yw2f939z2a7a0ebnvty','evt_01m87p3yw22x2f0zg4bjdr6x2n','wh_01m87p3yh1c2w549j1yng73n2c','first','PENDING',1,4,1748902025487,NULL,'the receiver answered 503',1748898409346,NULL);
INSERT INTO "deliveries" VALUES('dlv_01m87p3yy9ndqr7tdzmgdqa5kb','evt_01m87p3yy9h28v5s163sz19dfm','wh_01m87p3yh1c2w549j1yng73n2c','first','DELIVERED',1,5,NULL,NULL,NULL,1748898409417,1748898409495);
INSERT INTO "deliveries" VALUES('dlv_01m87p3z0za2w7qcyd91v6cmcc','evt_01m87p3z0zkhd34bfqx1yght19','wh_01m87p3yh1c2w549j1yng73n2c','first','DELIVERED',1,5,NULL,NULL,NULL,1748898409503,1748898409505);
INSERT INTO "deliveries" VALUES('dlv_01m87p3z0z7sefekx9fcjds2mk','evt_01m87p3z0zkhd34bfqx1yght19','wh_01m87p3yh1b8sq7bv9w5r9eexg','first','PENDING',0,3,NULL,NULL,'the webhook is paused',1748898409503,NULL);
INSERT INTO "deliveries" VALUES('dlv_01m87p3z0zdmgmva4zwtm3wnxh','evt_01m87p3z0zkhd34bfqx1yght19','wh_01m87p3yh1zb92ew5zx2pqxnek','first','PENDING',0,3,1748898409503,'2n8ge6jik3mcs-2',NULL,1748898409503,NULL);
INSERT INTO "deliveries" VALUES('dlv_01m87p3zjhd1x4qv1vf436c5yv','evt_01m87p3zjh9hvw5g9m7pw2yh26','wh_01m87p3yh1c2w549j1yng73n2c','first','PENDING',0,5,1748898410065,NULL,NULL,1748898410065,NULL);
CREATE TABLE delivery_attempts (
    delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    status_code INTEGER,
    error TEXT,
    response TEXT,
    PRIMARY KEY (delivery_id, number)
) STRICT;
INSERT INTO "delivery_attempts" VALUES('dlv_01m87p3yv9542mzbzhre3qqqfc',1,1748898409323,1,200,NULL,NULL);
INSERT INTO "delivery_attempts" VALUES('dlv_01m87p3yv993dpq5sh0pexcb99',1,1748898409323,1,200,NULL,NULL);
INSERT INTO "delivery_attempts" VALUES('dlv_01m87p3yvmyz5x94pd01ex3wtz',1,1748898409334,0,200,NULL,NULL);
INSERT INTO "delivery_attempts" VALUES('dlv_01m87p3yvmgan3bcvm8erqe59j',1,1748898409334,1,410,NULL,NULL);
INSERT INTO "delivery_attempts" VALUES('dlv_01m87p3yvt3kecph07gqb4wkbv',1,1748898409339,0,200,NULL,NULL);
INSERT INTO "delivery_attempts" VALUES('dlv_01m87p3yvtn82jyt5e7hqqnz09',1,1748898409339,1,500,NULL,NULL);
INSERT INTO "delivery_attempts" VALUES('dlv_01m87p3yw2f939z2a7a0ebnvty',1,1748898409347,0,503,NULL,NULL);
INSERT INTO "delivery_attempts" VALUES('dlv_01m87p3yy9ndqr7tdzmgdqa5kb',1,1748898409495,0,200,NULL,NULL);
INSERT INTO "delivery_attempts" VALUES('dlv_01m87p3z0za2w7qcyd91v6cmcc',1,1748898409505,0,200,NULL,NULL);
CREATE TABLE event_types (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
    file TEXT,
    line INTEGER,
    prevent_destroy INTEGER NOT NULL,
    spec TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (workspace, name)
) STRICT;
INSERT INTO "event_types" VALUES('type_01m87p3yh1cak4j4x1020dp7s6','first','INVOICE_PAID','keepers','manifest','manifest.yaml',24,0,'{"description":"An invoice was paid","schema":{"required":["invoiceId"],"type":"object"}}',1748898408993,1748898408993,'keeper@desk');
CREATE TABLE events (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    type TEXT NOT NULL,
    idempotency_key TEXT,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace, idempotency_key)
) STRICT;
INSERT INTO "events" VALUES('evt_01m87p3yv9svpxgrywvqef84qf','first','POST_PUBLISHED','first-event','{"event":"POST_PUBLISHED","timestamp":"2026-11-24T21:06:49.321Z","workspaceId":"first","data":{"postId":"post_1","title":"Grüße 🎉","ratio":0.1}}',1748898409321);
INSERT INTO "events" VALUES('evt_01m87p3yvm3307ba78srgdp9sz','first','POST_SCHEDULED',NULL,'{"event":"POST_SCHEDULED","timestamp":"2026-11-24T21:06:49.332Z","workspaceId":"first","data":{"postId":"post_2"}}',1748898409332);
INSERT INTO "events" VALUES('evt_01m87p3yvtvx3zfjwf7f7wx2ez','first','POST_FAILED',NULL,'{"event":"POST_FAILED","timestamp":"2026-11-24T21:06:49.338Z","workspaceId":"first","data":{"postId":"post_3"}}',1748898409338);
INSERT INTO "events" VALUES('evt_01m87p3yw22x2f0zg4bjdr6x2n','first','INVOICE_PAID',NULL,'{"event":"INVOICE_PAID","timestamp":"2026-11-24T21:06:49.346Z","workspaceId":"first","data":{"invoiceId":"inv_1"}}',1748898409346);
INSERT INTO "events" VALUES('evt_01m87p3yy9h28v5s163sz19dfm','first','INVOICE_PAID','invoice-2','{"event":"INVOICE_PAID","timestamp":"2026-11-24T21:06:49.417Z","workspaceId":"first","data":{"invoiceId":"inv_2"}}',1748898409417);
INSERT INTO "events" VALUES('evt_01m87p3z0zkhd34bfqx1yght19','first','POST_PUBLISHED',NULL,'{"event":"POST_PUBLISHED","timestamp":"2026-11-24T21:06:49.503Z","workspaceId":"first","data":{"postId":"post_4"}}',1748898409503);
INSERT INTO "events" VALUES('evt_01m87p3zjh9hvw5g9m7pw2yh26','first','INVOICE_PAID',NULL,'{"event":"INVOICE_PAID","timestamp":"2026-11-24T21:06:50.065Z","workspaceId":"first","data":{"invoiceId":"inv_3"}}',1748898410065);
CREATE TABLE integrations (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
    file TEXT,
    line INTEGER,
    prevent_destroy INTEGER NOT NULL,
    spec TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    error_at INTEGER,
    error TEXT,
    UNIQUE (workspace, name)
) STRICT;
INSERT INTO "integrations" VALUES('int_01m87p3yjjddhjhraqptfmb010','first','crm','keepers','manifest','manifest.yaml',54,0,'{"config":{"authorizationUrl":"http://127.0.0.1:47002/authorize","clientId":"first-client","clientSecret":{"env":"FIRST_CLIENT_SECRET"},"pkce":true,"revocationUrl":"http://127.0.0.1:47002/revoke","tokenUrl":"http://127.0.0.1:47002/token"},"description":"Contacts","name":"CRM","provider":"custom","public":true,"redirectUris":["https://app.example/callback"],"scopes":["read_contacts","write_leads"],"status":"ACTIVE","type":"CRM"}',1748898409042,1748898409042,'keeper@desk',NULL,NULL);
CREATE TABLE key_policies (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
    file TEXT,
    line INTEGER,
    prevent_destroy INTEGER NOT NULL,
    spec TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (workspace, name)
) STRICT;
INSERT INTO "key_policies" VALUES('policy_01m87p3yf9b7shkwn147wrvyec','first','production','keepers','manifest','manifest.yaml',11,0,'{"description":"Server-to-server keys","prefix":"test_first","rateLimitPerDay":100,"rateLimitPerHour":10,"rotation":{"every":"90d","overlap":"7d"},"scopes":["posts:read","posts:write"]}',1748898408937,1748898408937,'keeper@desk');
INSERT INTO "key_policies" VALUES('policy_01m87p3yf9dvv8htb14vbqp0yw','first','trial','keepers','manifest','manifest.yaml',18,0,'{"expiresAfter":"7d","prefix":"test_first","scopes":["posts:*"]}',1748898408937,1748898408937,'keeper@desk');
CREATE TABLE limit_windows (
    subject TEXT NOT NULL,
    span TEXT NOT NULL CHECK (span IN ('hour', 'day')),
    start INTEGER NOT NULL,
    granted INTEGER NOT NULL,
    PRIMARY KEY (subject, span, start)
) STRICT;
INSERT INTO "limit_windows" VALUES('key_01m87p3yny06pzvvcr7q7e6kmv','hour',1748898000000,4);
INSERT INTO "limit_windows" VALUES('key_01m87p3yny06pzvvcr7q7e6kmv','day',1748822400000,4);
INSERT INTO "limit_windows" VALUES('key_01m87p3yprhevcvm96cgkby90n','hour',1748898000000,1);
INSERT INTO "limit_windows" VALUES('key_01m87p3yprhevcvm96cgkby90n','day',1748822400000,1);
CREATE TABLE logs (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    integration_id TEXT,
    connection_id TEXT,
    level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    action TEXT NOT NULL,
    message TEXT NOT NULL,
    actor TEXT,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO "logs" VALUES(1,'first','int_01m87p3yjjddhjhraqptfmb010',NULL,'info','oauth.initiated','a connection was started','keeper',1748898409193);
INSERT INTO "logs" VALUES(2,'first','int_01m87p3yjjddhjhraqptfmb010','conn_01m87p3yqfh9481ve3m8z45k47','info','oauth.connected','an account was connected','keeper',1748898409199);
INSERT INTO "logs" VALUES(3,'first','int_01m87p3yjjddhjhraqptfmb010',NULL,'info','oauth.initiated','a connection was started','keeper',1748898409205);
INSERT INTO "logs" VALUES(4,'first','int_01m87p3yjjddhjhraqptfmb010','conn_01m87p3ys5mfz42tzzj9d943nd','info','oauth.connected','an account was connected','keeper',1748898409253);
INSERT INTO "logs" VALUES(5,'first','int_01m87p3yjjddhjhraqptfmb010',NULL,'info','oauth.initiated','a connection was started','keeper',1748898409259);
INSERT INTO "logs" VALUES(6,'first','int_01m87p3yjjddhjhraqptfmb010','conn_01m87p3ytsttff0e22dyb317jn','info','oauth.connected','an account was connected','keeper',1748898409305);
INSERT INTO "logs" VALUES(7,'first','int_01m87p3yjjddhjhraqptfmb010','conn_01m87p3ytsttff0e22dyb317jn','info','connection.revoked','the connection was removed and its tokens are revoked','keeper',1748898409311);
INSERT INTO "logs" VALUES(8,'first','int_01m87p3yjjddhjhraqptfmb010',NULL,'info','oauth.initiated','a connection was started','keeper',1748898409317);
CREATE TABLE oauth_states (
    hash BLOB PRIMARY KEY,
    workspace TEXT NOT NULL,
    integration_id TEXT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
    connection_id TEXT,
    redirect_uri TEXT NOT NULL,
    return_url TEXT,
    scopes TEXT NOT NULL,
    verifier BLOB,
    browser_bound INTEGER NOT NULL,
    browser_hash BLOB,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
INSERT INTO "oauth_states" VALUES(X'B16456DC2F4E1C2352B658AA1977EB62442713ECE9352B54AD0CF6A60767E3A2','first','int_01m87p3yjjddhjhraqptfmb010',NULL,'https://app.example/callback',NULL,'["read_contacts","write_leads"]',X'01C9EA798AFD515C60350E19352301BDC0325255571A1E82856E8DB9BAB65FC3E82ABB60CA9C81B6C321B9435D1523FAF56BBD251E57C0071CB06CCA9959BE436FD25191C0C84842FEFCD139',0,NULL,'keeper',1748898409317,1748899009317);
CREATE TABLE revision_changes (
    revision INTEGER NOT NULL REFERENCES revisions (revision),
    position INTEGER NOT NULL,
    workspace TEXT NOT NULL,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    previous_name TEXT,
    action TEXT NOT NULL CHECK (action IN ('create', 'update', 'delete')),
    before TEXT,
    after TEXT,
    PRIMARY KEY (revision, position)
) STRICT;
INSERT INTO "revision_changes" VALUES(1,0,'first','keepers','scope','events:write',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"description":"Send events"},"source":{"file":"manifest.yaml","line":8,"column":3}}');
INSERT INTO "revision_changes" VALUES(1,1,'first','keepers','scope','posts:read',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"description":"Read posts"},"source":{"file":"manifest.yaml","line":6,"column":3}}');
INSERT INTO "revision_changes" VALUES(1,2,'first','keepers','scope','posts:write',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"description":"Write posts"},"source":{"file":"manifest.yaml","line":7,"column":3}}');
INSERT INTO "revision_changes" VALUES(1,3,'first','keepers','key_policy','production',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"description":"Server-to-server keys","prefix":"test_first","rateLimitPerDay":100,"rateLimitPerHour":10,"rotation":{"every":"90d","overlap":"7d"},"scopes":["posts:read","posts:write"]},"source":{"file":"manifest.yaml","line":11,"column":3}}');
INSERT INTO "revision_changes" VALUES(1,4,'first','keepers','key_policy','trial',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"expiresAfter":"7d","prefix":"test_first","scopes":["posts:*"]},"source":{"file":"manifest.yaml","line":18,"column":3}}');
INSERT INTO "revision_changes" VALUES(2,0,'first','keepers','event','INVOICE_PAID',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"description":"An invoice was paid","schema":{"required":["invoiceId"],"type":"object"}},"source":{"file":"manifest.yaml","line":24,"column":3}}');
INSERT INTO "revision_changes" VALUES(2,1,'first','keepers','webhook','brief',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"events":["POST_FAILED"],"name":"Brief","retryConfig":{"backoffMultiplier":2,"initialDelay":"5s","maxDelay":"12h","maxRetries":0},"status":"ACTIVE","url":"http://127.0.0.1:47001/brief"},"source":{"file":"manifest.yaml","line":38,"column":3}}');
INSERT INTO "revision_changes" VALUES(2,2,'first','keepers','webhook','everything',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"events":["*"],"name":"Everything","retryConfig":{"backoffMultiplier":2,"initialDelay":"1h","maxDelay":"12h","maxRetries":5},"status":"ACTIVE","url":"http://127.0.0.1:47001/everything"},"source":{"file":"manifest.yaml","line":33,"column":3}}');
INSERT INTO "revision_changes" VALUES(2,3,'first','keepers','webhook','gone',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"events":["POST_SCHEDULED"],"name":"Gone","retryConfig":{"backoffMultiplier":2,"initialDelay":"5s","maxDelay":"12h","maxRetries":3},"status":"ACTIVE","url":"http://127.0.0.1:47001/gone"},"source":{"file":"manifest.yaml","line":48,"column":3}}');
INSERT INTO "revision_changes" VALUES(2,4,'first','keepers','webhook','posts',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"events":["POST_PUBLISHED"],"headers":{"X-Plain":"plain","X-Secret":{"env":"FIRST_HEADER"}},"name":"Posts","retryConfig":{"backoffMultiplier":2,"initialDelay":"5s","maxDelay":"12h","maxRetries":3},"secret":{"env":"FIRST_HOOK_SECRET"},"status":"ACTIVE","url":"http://127.0.0.1:47001/posts"},"source":{"file":"manifest.yaml","line":27,"column":3}}');
INSERT INTO "revision_changes" VALUES(2,5,'first','keepers','webhook','resting',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"events":["POST_PUBLISHED"],"name":"Resting","retryConfig":{"backoffMultiplier":2,"initialDelay":"5s","maxDelay":"12h","maxRetries":3},"status":"PAUSED","url":"http://127.0.0.1:47001/resting"},"source":{"file":"manifest.yaml","line":43,"column":3}}');
INSERT INTO "revision_changes" VALUES(3,0,'first','keepers','integration','crm',NULL,'create',NULL,'{"owner":"keepers","preventDestroy":false,"spec":{"config":{"authorizationUrl":"http://127.0.0.1:47002/authorize","clientId":"first-client","clientSecret":{"env":"FIRST_CLIENT_SECRET"},"pkce":true,"revocationUrl":"http://127.0.0.1:47002/revoke","tokenUrl":"http://127.0.0.1:47002/token"},"description":"Contacts","name":"CRM","provider":"custom","public":true,"redirectUris":["https://app.example/callback"],"scopes":["read_contacts","write_leads"],"status":"ACTIVE","type":"CRM"},"source":{"file":"manifest.yaml","line":54,"column":3}}');
CREATE TABLE revisions (
    revision INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    commit_id TEXT,
    commit_dirty INTEGER NOT NULL DEFAULT 0,
    plan_digest TEXT NOT NULL,
    serial INTEGER NOT NULL
) STRICT;
INSERT INTO "revisions" VALUES(1,1748898408937,'keeper@desk',NULL,0,'sha256:d1e7509b2a7f2257d05d16b015e6add75badcd60bc121a6815faf623eafe45ad',1);
INSERT INTO "revisions" VALUES(2,1748898408993,'keeper@desk',NULL,0,'sha256:b058d003474074531f7ea39713e5837b71aec0a7114b410782b169e119bf9cc3',2);
INSERT INTO "revisions" VALUES(3,1748898409042,'keeper@desk',NULL,0,'sha256:430d27c64bcbdb56180fd43a86a071ec23f852f416aadc1a6b8935739de8c85c',3);
CREATE TABLE revocations (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    url TEXT NOT NULL,
    request BLOB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL
) STRICT;
INSERT INTO "revocations" VALUES(1,'first','conn_01m87p3ytsttff0e22dyb317jn','http://127.0.0.1:47002/revoke',X'01C9EA798A98D783EA22AA6C21A38F335CE8F3EBADBAD4075037B629145432EAA5194958563D13F8B64EE79390FDAD976C0B5BC3E5E39BFE5BDCF36C4191464A70D34858054DE97CC901D953A94BDBEF106916E65C64A798D42B47D1F8F6EFD176FAB4848C06AAA4BCFD9A3E85F2F7D08F6F59643B5D169AD70DCB786A959A7C7B551A98F3428123D29257B8CDF765142420349404447C84D3E4CD636F61021227BFD5A38BFC164A40BBA6A17F8DE31060232AF5E70C0827DFB719415F63343129884525DB71',1,1748898529314);
CREATE TABLE scopes (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
    file TEXT,
    line INTEGER,
    prevent_destroy INTEGER NOT NULL,
    spec TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    UNIQUE (workspace, name)
) STRICT;
INSERT INTO "scopes" VALUES('scope_01m87p3yf97zzwmgj9r7jkperc','first','events:write','keepers','manifest','manifest.yaml',8,0,'{"description":"Send events"}',1748898408937,1748898408937,'keeper@desk');
INSERT INTO "scopes" VALUES('scope_01m87p3yf98q92m3dejc55e0cy','first','posts:read','keepers','manifest','manifest.yaml',6,0,'{"description":"Read posts"}',1748898408937,1748898408937,'keeper@desk');
INSERT INTO "scopes" VALUES('scope_01m87p3yf9xpwwkmw8v05yedc3','first','posts:write','keepers','manifest','manifest.yaml',7,0,'{"description":"Write posts"}',1748898408937,1748898408937,'keeper@desk');
CREATE TABLE secrets (
    resource_id TEXT NOT NULL,
    field TEXT NOT NULL,
    sealed BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (resource_id, field)
) STRICT;
INSERT INTO "secrets" VALUES('wh_01m87p3yh109x0157c1j5n2j8j','secret',X'01C9EA798A2441379983162E79E8BA35932FBC3A14A4F80F9A0A3625123BDFA82214F68B0AC02C0A9742A3FE871C2297E7A5B7070C35163E17FBF0EF6770176CE3C02B290B25C7586C5522FA70346741D943EC',1748898408993);
INSERT INTO "secrets" VALUES('wh_01m87p3yh1c2w549j1yng73n2c','secret',X'01C9EA798ADA3D865CB630279AC056325244B48B6631508EA7629EA1FC2D54FF80DA3A3DD7D305D1E0F0E11960D88B21F4A09E31E6F57211FDE5778A409C0619E31C95B704C92FF1D595350F1DB74F4DFE024AAA3E20E8B0E209CB',1748898409356);
INSERT INTO "secrets" VALUES('wh_01m87p3yh1aqw9am1e9n83vcr0','secret',X'01C9EA798AD1AB2EBA7891429B188CD9B7E7643177A488DD66ACE6000E07B7C4F2B90C5C62AE1877176B87C2A76F7F6282B26CB458205D231E71C22C8FB35C7EE137DD44F790767309FCD718A5CA4BC09E7EB9',1748898408993);
INSERT INTO "secrets" VALUES('wh_01m87p3yh1zb92ew5zx2pqxnek','secret',X'01C9EA798AC010EDFC2434E5444BF42084A3179B4D025F882463F094274DC9AAC4C0F5E706EB296B40803098A5ECCB6FC018D971DF58325497FD85AF89F3AF04C7E34C619A2CEC67ACCCA6EC2A53A6718324DA',1748898408993);
INSERT INTO "secrets" VALUES('wh_01m87p3yh1zb92ew5zx2pqxnek','headers.X-Secret',X'01C9EA798AC341795E2F27DB98A5A670AEDD83057F8E32219E4EDFA8E90B48C049783F2520F67178CDBB3217C7191BFC8B381FFCD8F1AD38C59D',1748898408993);
INSERT INTO "secrets" VALUES('wh_01m87p3yh1b8sq7bv9w5r9eexg','secret',X'01C9EA798AD53D9E7387C2F8FC81AB56D28209FB63594A98672FB923172029335E267E2AAFA514EDE436BF151332AB87280235CE60A57A65453248262FD31038C8E8B7ECA3A33B5B55A7BC3836E336326FDC4C',1748898408993);
INSERT INTO "secrets" VALUES('int_01m87p3yjjddhjhraqptfmb010','config.clientSecret',X'01C9EA798A23A718A6F72B942460881BDFCD8FF562FC5F3E746BD25754C7778D85E9741CC026E912CEC25681355528ADD6ED04B4CD7278E3459248DAFBAE367C92',1748898409042);
INSERT INTO "secrets" VALUES('wh_01m87p3yh1c2w549j1yng73n2c','secret.previous',X'01C9EA798A115E04AA4ED31B73AA07A776CE04BE1EBB519204B3977D894DA77F2AC1466823841B390101493258CF9F30ACFB773A4F5B1A74A06FFAF7178F80FC814DE537FD6689A3B92684347B1BC481B599FBF5419C00CCF448427F796F8F19C1D952E56242BF963B',1748898409356);
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    lineage TEXT NOT NULL,
    serial INTEGER NOT NULL,
    key_serial INTEGER NOT NULL
) STRICT;
INSERT INTO "state" VALUES(1,'06343ef8-3d23-4ffd-b783-8c205b691594',3,11);
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
    file TEXT,
    line INTEGER,
    prevent_destroy INTEGER NOT NULL,
    spec TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    disabled_at INTEGER,
    disabled_reason TEXT,
    failing_since INTEGER,
    consecutive_failures INTEGER NOT NULL DEFAULT 0,
    UNIQUE (workspace, name)
) STRICT;
INSERT INTO "webhooks" VALUES('wh_01m87p3yh109x0157c1j5n2j8j','first','brief','keepers','manifest','manifest.yaml',38,0,'{"events":["POST_FAILED"],"name":"Brief","retryConfig":{"backoffMultiplier":2,"initialDelay":"5s","maxDelay":"12h","maxRetries":0},"status":"ACTIVE","url":"http://127.0.0.1:47001/brief"}',1748898408993,1748898408993,'keeper@desk',NULL,NULL,1748898409339,1);
INSERT INTO "webhooks" VALUES('wh_01m87p3yh1c2w549j1yng73n2c','first','everything','keepers','manifest','manifest.yaml',33,0,'{"events":["*"],"name":"Everything","retryConfig":{"backoffMultiplier":2,"initialDelay":"1h","maxDelay":"12h","maxRetries":5},"status":"ACTIVE","url":"http://127.0.0.1:47001/everything"}',1748898408993,1748898408993,'keeper@desk',NULL,NULL,NULL,0);
INSERT INTO "webhooks" VALUES('wh_01m87p3yh1aqw9am1e9n83vcr0','first','gone','keepers','manifest','manifest.yaml',48,0,'{"events":["POST_SCHEDULED"],"name":"Gone","retryConfig":{"backoffMultiplier":2,"initialDelay":"5s","maxDelay":"12h","maxRetries":3},"status":"ACTIVE","url":"http://127.0.0.1:47001/gone"}',1748898408993,1748898408993,'keeper@desk',1748898409335,'the receiver answered 410 Gone',1748898409334,1);
INSERT INTO "webhooks" VALUES('wh_01m87p3yh1zb92ew5zx2pqxnek','first','posts','keepers','manifest','manifest.yaml',27,0,'{"events":["POST_PUBLISHED"],"headers":{"X-Plain":"plain","X-Secret":{"env":"FIRST_HEADER"}},"name":"Posts","retryConfig":{"backoffMultiplier":2,"initialDelay":"5s","maxDelay":"12h","maxRetries":3},"secret":{"env":"FIRST_HOOK_SECRET"},"status":"ACTIVE","url":"http://127.0.0.1:47001/posts"}',1748898408993,1748898408993,'keeper@desk',NULL,NULL,NULL,0);
INSERT INTO "webhooks" VALUES('wh_01m87p3yh1b8sq7bv9w5r9eexg','first','resting','keepers','manifest','manifest.yaml',43,0,'{"events":["POST_PUBLISHED"],"name":"Resting","retryConfig":{"backoffMultiplier":2,"initialDelay":"5s","maxDelay":"12h","maxRetries":3},"status":"PAUSED","url":"http://127.0.0.1:47001/resting"}',1748898408993,1748898408993,'keeper@desk',NULL,NULL,NULL,0);
CREATE INDEX revision_changes_by_workspace ON revision_changes (workspace, revision);
CREATE INDEX events_by_age ON events (created_at);
CREATE INDEX deliveries_waiting ON deliveries (webhook_id, due_at) WHERE status = 'PENDING' AND claim IS NULL;
CREATE INDEX deliveries_claimed ON deliveries (claim) WHERE claim IS NOT NULL;
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_by_event ON deliveries (event_id);
CREATE INDEX api_keys_by_workspace ON api_keys (workspace, id);
CREATE INDEX api_keys_by_policy ON api_keys (workspace, policy) WHERE policy IS NOT NULL;
CREATE INDEX api_keys_by_change ON api_keys (change);
CREATE INDEX limit_windows_by_age ON limit_windows (start);
CREATE INDEX oauth_states_by_age ON oauth_states (expires_at);
CREATE INDEX connections_by_integration ON connections (integration_id, id);
CREATE INDEX connections_by_workspace ON connections (workspace, id);
CREATE INDEX connections_due ON connections (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX logs_by_integration ON logs (integration_id, id);
CREATE INDEX logs_by_age ON logs (at);
COMMIT;
