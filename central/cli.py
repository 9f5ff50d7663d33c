"""`kerbwatch-central`: serve, migrate, and the few things an administrator does by hand."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from central.export.dataset import DatasetFormat
from central.private_files import make_new_files_private
from central.problems import Problem
from central.services import Services, build_services
from central.settings import ENV_PREFIX, Settings
from protocol.redaction import RedactingFormatter, redact, remember_address

app = typer.Typer(no_args_is_help=True, help="KerbWatch's central service (街面卫士 中心服务).")
user_app = typer.Typer(no_args_is_help=True, help="Users of console and API (用户).")
device_app = typer.Typer(no_args_is_help=True, help="Boxes (边缘设备).")
app.add_typer(user_app, name="user")
app.add_typer(device_app, name="device")

DataDir = Annotated[
    Path | None, typer.Option("--data", help="Folder of database and evidence; KERBWATCH_DATA_DIR [./data]")
]
DatabaseUrl = Annotated[
    str | None, typer.Option("--database", help="SQLAlchemy URL; KERBWATCH_DATABASE_URL [SQLite in the data folder]")
]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@app.callback()
def _before_any_command() -> None:
    make_new_files_private()


@contextmanager
def _problems_told() -> Iterator[None]:
    """Tell a problem in two languages and end with 1, without a traceback."""
    try:
        yield
    except Problem as problem:
        typer.echo(redact(f"{problem.message_zh}\n{problem.message_en}"), err=True)
        raise typer.Exit(1) from problem
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        why = f"{name}{error.strerror or error}"
        typer.echo(redact(f"{why}，请检查路径、权限和磁盘空间\n{why}: check path, rights and free space"), err=True)
        raise typer.Exit(1) from error


def _settings(**given: object) -> Settings:
    """Load the settings; the passwords in their addresses are hidden from then on, whoever logs them."""
    for name in ("database_url", "broker", "evidence_url"):
        remember_address(str(given.get(name) or os.environ.get(f"{ENV_PREFIX}{name.upper()}", "")))
    return Settings.load(os.environ, **given)


def _services(data: Path | None, database: str | None, evidence: str | None = None) -> Services:
    return build_services(_settings(data_dir=data, database_url=database, evidence_url=evidence))


@app.command()
def serve(
    *,
    data: DataDir = None,
    database: DatabaseUrl = None,
    evidence: Annotated[
        str | None,
        typer.Option(help="Folder or s3://bucket/prefix; KERBWATCH_EVIDENCE_URL [in the data folder]"),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address of console and API; KERBWATCH_HOST [127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="0 takes a free one; KERBWATCH_PORT [8080]")] = None,
    broker: Annotated[
        str | None, typer.Option(help="mqtt://[user:password@]host[:port]; KERBWATCH_BROKER [the embedded one]")
    ] = None,
    broker_ca: Annotated[
        Path | None,
        typer.Option(
            "--broker-ca", help="For mqtts://, the authority's certificate, PEM; KERBWATCH_BROKER_CA [the system's]"
        ),
    ] = None,
    mqtt_host: Annotated[
        str | None,
        typer.Option(
            help="Of the embedded broker; not loopback: see `device credential`; KERBWATCH_MQTT_HOST [127.0.0.1]"
        ),
    ] = None,
    mqtt_port: Annotated[
        int | None, typer.Option(help="Port of the embedded broker, 0: a free one; KERBWATCH_MQTT_PORT [1883]")
    ] = None,
    share_group: Annotated[
        str | None, typer.Option(help="Workers of one group share the load; external brokers only.")
    ] = None,
    auto_file: Annotated[
        bool | None, typer.Option("--auto-file/--no-auto-file", help="File new cases without a person [no]")
    ] = None,
    language: Annotated[str | None, typer.Option(help="zh-CN or en; KERBWATCH_LANGUAGE [zh-CN]")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Of the site; KERBWATCH_TIME_ZONE [Asia/Shanghai]")] = None,
) -> None:
    """Run console, API, ingest and filing (启动中心服务). Options go before KERBWATCH_* variables."""
    from central.serving import serve_until_stopped

    with _problems_told():
        settings = _settings(
            data_dir=data,
            database_url=database,
            evidence_url=evidence,
            host=host,
            port=port,
            broker=broker,
            broker_ca=broker_ca,
            mqtt_host=mqtt_host,
            mqtt_port=mqtt_port,
            share_group=share_group,
            auto_file=auto_file,
            language=language,
            time_zone=time_zone,
        )
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(RedactingFormatter(_LOG_FORMAT))
        logging.basicConfig(level=logging.INFO, handlers=[handler])
        logging.getLogger("alembic").setLevel(logging.WARNING)
        serve_until_stopped(settings, os.environ.get("KERBWATCH_ADMIN_PASSWORD"), typer.echo)


@app.command()
def migrate(data: DataDir = None, database: DatabaseUrl = None) -> None:
    """Bring the database to the newest shape (升级数据库); `serve` does so too."""
    with _problems_told():
        _services(data, database)
    typer.echo("数据库已是最新 / The database is up to date")


@app.command("check-site")
def check_site(file: Annotated[Path, typer.Argument(help="e.g. deploy/site.example.yaml")]) -> None:
    """Check a site file before the centre is started with it (检查站点文件)."""
    from central.site.reading import read_site_file

    with _problems_told():
        site = read_site_file(file)
    typer.echo(
        f"站点文件可用：{len(site.policies)} 条策略，{len(site.owners)} 个责任单位，{len(site.districts)} 个辖区"
    )
    typer.echo(
        f"The file is good: {len(site.policies)} policies, {len(site.owners)} owners, {len(site.districts)} districts"
    )


@app.command("export-verdicts")
def export_verdicts(
    out: Annotated[Path, typer.Argument(help="The ZIP to write; one that is there is replaced.")],
    *,
    form: Annotated[DatasetFormat, typer.Option("--format", help="Who is to read it.")] = DatasetFormat.COCO,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day [-29 days]")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day [today]")] = None,
    data: DataDir = None,
    database: DatabaseUrl = None,
    evidence: Annotated[
        str | None, typer.Option(help="Folder or s3://bucket/prefix; KERBWATCH_EVIDENCE_URL [in the data folder]")
    ] = None,
) -> None:
    """Write pictures with officers' verdicts as a data set to train with (导出核查结论数据集)."""
    with _problems_told():
        services = _services(data, database, evidence)
        selection = services.figures.select(first and first.date(), last and last.date())
        size_bytes = services.datasets.save(out, selection, form)
    typer.echo(f"已写入 {out}（{size_bytes / 1e6:.1f} MB）/ Wrote {out} ({size_bytes / 1e6:.1f} MB)")


@user_app.command("add")
def user_add(
    name: str, password_stdin: PasswordStdin = False, data: DataDir = None, database: DatabaseUrl = None
) -> None:
    """Add a user (新增用户)."""
    with _problems_told():
        _services(data, database).accounts.add(name, _ask_password(from_stdin=password_stdin))
    typer.echo(f"已新增用户 {name} / User {name} was added")


@user_app.command("passwd")
def user_passwd(
    name: str, password_stdin: PasswordStdin = False, data: DataDir = None, database: DatabaseUrl = None
) -> None:
    """Set a user's password and end the user's sessions (修改密码)."""
    with _problems_told():
        _services(data, database).accounts.set_password(name, _ask_password(from_stdin=password_stdin))
    typer.echo(f"已修改 {name} 的密码 / The password of {name} was changed")


@device_app.command("forget-key")
def device_forget_key(device: str, data: DataDir = None, database: DatabaseUrl = None) -> None:
    """Trust the next key that a box shows, after it was set up anew (重装设备后重新信任其密钥)."""
    with _problems_told():
        _services(data, database).devices.forget_key(device)
    typer.echo(f"将信任 {device} 下次出示的密钥 / The next key that {device} shows will be trusted")


@device_app.command("credential")
def device_credential(
    device: str,
    *,
    revoke: Annotated[bool, typer.Option("--revoke", help="End the box's password instead.")] = False,
    data: DataDir = None,
    database: DatabaseUrl = None,
) -> None:
    """Make a box's password to the embedded broker and print it once (生成设备连接内置代理的密码)."""
    from central.credentials import Credentials

    with _problems_told():
        credentials = Credentials(_services(data, database).sessions)
        if revoke:
            ended = credentials.revoke(device)
            typer.echo(
                f"已作废 {device} 的密码 / The password of {device} has ended"
                if ended
                else f"{device} 没有密码 / {device} has no password"
            )
            raise typer.Exit(0 if ended else 1)
        password = credentials.issue(device)
    typer.echo("# 仅显示一次，写入设备配置 / shown once, for the box's configuration", err=True)
    typer.echo(f'uplink: {{broker: "mqtt://{device}:{password}@ADDRESS:1883"}}')


@app.command("centre-key")
def show_centre_key(data: DataDir = None, database: DatabaseUrl = None) -> None:
    """Print the key by which boxes know this centre, for their configuration (显示中心公钥指纹)."""
    from central.centre_key import centre_key
    from protocol.signing import public_jwk, thumbprint

    with _problems_told():
        fingerprint = thumbprint(public_jwk(centre_key(_services(data, database).sessions)))
    typer.echo("# 写入设备配置 / for a box's configuration", err=True)
    typer.echo(f"uplink: {{centre_key: {fingerprint}}}")


@app.command()
def version() -> None:
    """Print the version (版本)."""
    typer.echo(installed_version("kerbwatch"))


def _ask_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("密码 / Password", hide_input=True, confirmation_prompt=True))


if __name__ == "__main__":
    app()
