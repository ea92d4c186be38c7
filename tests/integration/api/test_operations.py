"""What an operator does: keys and backups by command, databases that go away, disks that fill."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import func, select, text

from api import cli
from api.database import migrate
from api.database.engine import make_engine, reading, transaction
from api.database.key_repository import create_key, tenant_named
from api.database.models_access import ApiKey
from api.refusal import Refusal
from api.server import prepare_database
from api.settings import Settings
from tests import helpers_postgres
from tests.helpers_service import made_service

pytestmark = pytest.mark.data


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """``teahorse`` with a state folder of its own: exit code, output, errors."""
    monkeypatch.setenv("TEAHORSE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("TEAHORSE_DATABASE_URL", raising=False)

    def run(*arguments):
        code = 0
        with patch("sys.argv", ["teahorse", *map(str, arguments)]):
            try:
                cli.main()
            except SystemExit as stop:
                code = stop.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_keys_by_command(command, tmp_path):
    code, out, _ = command(
        "keys", "create", "--name", "warehouse", "--scope", "quote", "--scope", "plan"
    )
    key = out.strip()
    assert (code, key.startswith("th_"), len(key.splitlines())) == (0, True, 1)
    _, out, _ = command("keys", "list", "--json")
    [row] = json.loads(out)
    assert (row["name"], row["scopes"], row["tenant"]) == ("warehouse", "plan quote", "default")
    assert key not in out
    assert key.encode() not in (tmp_path / "state" / "teahorse.db").read_bytes()
    code, out, _ = command("keys", "rotate", row["key_id"])
    assert (code, out.strip() != key) == (0, True)
    assert command("keys", "revoke", row["key_id"])[0] == 0
    code, _, err = command("keys", "revoke", "key_none")
    assert (code, "no such key" in err) == (2, True)
    for wrong in (
        ("--name", "x", "--scope", "root"),
        ("--name", "\x1b[2J", "--scope", "quote"),
        ("--name", "x", "--scope", "quote", "--expires-at", "2020-01-01T00:00:00Z"),
        ("--name", "x", "--scope", "quote", "--expires-at", "tomorrow"),
    ):
        code, out, err = command("keys", "create", *wrong)
        assert (code, out, "Traceback" in err) == (2, "", False)
        assert err.strip()
    assert command("db", "check")[0] == 0


def test_backup_and_restore_of_sqlite(command, tmp_path):
    key = command("keys", "create", "--name", "x", "--scope", "quote")[1].strip()
    backup = tmp_path / "backup.db"
    code, out, _ = command("db", "backup", backup)
    assert (code, "checked" in out) == (0, True)
    assert list(tmp_path.glob(".backup-*")) == []
    code, _, err = command("db", "backup", backup)
    assert (code, "exists" in err) == (2, True)
    # Restored under another name, the service takes the key.
    (tmp_path / "restored").mkdir()
    (tmp_path / "restored" / "teahorse.db").write_bytes(backup.read_bytes())
    with made_service(tmp_path / "restored") as service:
        answer = service.client.get("/v1/networks", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200


def test_backup_while_others_write(tmp_path):
    from threading import Event, Thread

    from api.database.backup import backup_sqlite

    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine = make_engine(url)
    migrate.upgrade(engine)
    stop = Event()

    def write():
        while not stop.is_set():
            with transaction(engine) as session:
                owner = tenant_named(session, "default")
                create_key(session, owner.tenant_id, "x", ["quote"])

    writer = Thread(target=write)
    writer.start()
    try:
        backup_sqlite(url, tmp_path / "copy.db")
    finally:
        stop.set()
        writer.join()
        engine.dispose()
    copy = make_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    migrate.check(copy)
    with reading(copy) as session:
        assert session.scalar(select(func.count(ApiKey.key_id))) >= 0
    copy.dispose()


def test_backup_and_restore_of_postgresql(postgres, tmp_path):
    if helpers_postgres.find_program("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    source, target = postgres.new_database(), postgres.new_database()
    engine = make_engine(source)
    migrate.upgrade(engine)
    with transaction(engine) as session:
        create_key(session, tenant_named(session, "default").tenant_id, "kept", ["quote"])
    engine.dispose()
    dump = tmp_path / "dump"
    for program, arguments in (
        ("pg_dump", ["--format=custom", f"--file={dump}", source]),
        ("pg_restore", ["--no-owner", f"--dbname={target}", str(dump)]),
    ):
        path = helpers_postgres.find_program(program)
        subprocess.run([str(path), *arguments], check=True, capture_output=True)
    restored = make_engine(target)
    migrate.check(restored)
    with reading(restored) as session:
        assert session.scalars(select(ApiKey.name)).all() == ["kept"]
    restored.dispose()


def test_a_database_that_goes_away_and_comes_back(tmp_path):
    reason = helpers_postgres.missing()
    if reason:
        pytest.skip(reason)
    with (
        helpers_postgres.postgres_server() as server,
        made_service(tmp_path, database_url=server.new_database()) as service,
    ):
        headers = service.headers("quote")
        assert service.client.get("/v1/networks", headers=headers).status_code == 200
        server.stop("immediate")
        for path in ("/v1/networks", "/v1/health/ready"):
            answer = service.client.get(path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        assert service.client.get("/v1/health/live").status_code == 200
        server.start()
        assert service.client.get("/v1/networks", headers=headers).status_code == 200


def test_a_full_disk_is_said_and_harms_nothing(tmp_path):
    with made_service(tmp_path) as service:
        client, headers = service.client, service.headers("admin", "quote")

        def pages(limit):
            with service.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                return raw.execute(f"PRAGMA max_page_count = {limit}").fetchone()[0]

        # Each connection has a limit of its own: one connection, so that it is the one that is used.
        service.engine.dispose()
        used = pages(1)
        body = {"name": "x" * 64, "scopes": ["quote"]}
        answers = [client.post("/v1/keys", json=body, headers=headers) for _ in range(60)]
        full = [answer for answer in answers if answer.status_code == 507]
        assert used > 1
        assert full
        assert {answer.status_code for answer in answers} <= {201, 507}
        assert full[0].json()["code"] == "storage_full"
        assert client.get("/v1/keys", headers=headers).status_code == 200
        pages(1_000_000)
        assert client.post("/v1/keys", json=body, headers=headers).status_code == 201
        with reading(service.engine) as session:
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_the_start_makes_sqlite_and_only_checks_postgresql(tmp_path, postgres_url):
    settings = Settings(state_dir=tmp_path / "new")
    prepare_database(settings)
    assert (tmp_path / "new" / "teahorse.db").is_file()
    with pytest.raises(Refusal, match="teahorse db upgrade"):
        prepare_database(Settings(state_dir=tmp_path, database_url=postgres_url))


def test_help_is_quick(tmp_path):
    code = "import sys; sys.argv=['teahorse','--help']; from api.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += "print([m for m in ('fastapi','sqlalchemy','numba','numpy','pydantic') if m in sys.modules])"
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(cli.__file__).parents[1]
    )  # fmt: skip
    assert done.stdout.decode().strip().endswith("[]")
