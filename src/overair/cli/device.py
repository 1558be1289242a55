"""`overair device`: the phones of an account, and which folders each of them gets."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from overair.cli.output import DATA_DIR, AsJson, DataDir, print_json, print_table
from overair.cli.store import perform_one
from overair.server.device_requests import (
    DeviceFolders,
    DeviceRequest,
    Devices,
    ListDeviceFolders,
    ListDevices,
    ShowDeviceFolder,
)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The account's address.")]
DeviceId = Annotated[str, typer.Argument(metavar="DEVICE", help="The device, as `overair device list` says.")]
FolderPath = Annotated[str, typer.Argument(metavar="FOLDER", help="Work/Plans is one in another.")]

application = typer.Typer(help="List the devices of an account, and choose which folders each of them gets.")
folders_application = typer.Typer(help="Choose which folders a device gets.")
application.add_typer(folders_application, name="folders")


@application.callback(invoke_without_command=True, epilog="Example: overair device list anna@example.org")
def overview(context: typer.Context) -> None:
    """List the devices of an account, and choose which folders each of them gets."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command("list", epilog="Example: overair device list anna@example.org")
def list_(address: Address, data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List the devices of an account, those that were seen last first."""
    devices = asyncio.run(perform_one(data_dir, ListDevices(address), Devices)).devices
    if as_json:
        print_json(devices)
        return
    table = Table("Device", "Type", "Protocol", "Seen (UTC)", "Program", box=None, pad_edge=False)
    for device in devices:
        seen = f"{device.last_seen:%Y-%m-%d %H:%M}"
        table.add_row(device.device_id, device.device_type, device.protocol, seen, device.user_agent)
    print_table(table)


@folders_application.callback(
    invoke_without_command=True, epilog="Example: overair device folders list anna@example.org PHONE1"
)
def folders_overview(context: typer.Context) -> None:
    """Choose which folders a device gets."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@folders_application.command("list", epilog="Example: overair device folders list anna@example.org PHONE1")
def list_folders(
    address: Address, device: DeviceId, data_dir: DataDir = DATA_DIR, as_json: AsJson = False
) -> None:
    """List the folders of the account, and which of them the device gets."""
    _print(ListDeviceFolders(address, device), data_dir, as_json)


@folders_application.command(
    "show", epilog="Example: overair device folders show anna@example.org PHONE1 Work/Plans"
)
def show_folder(
    address: Address,
    device: DeviceId,
    folder: FolderPath,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Give a device a folder again that it did not get, with all below it."""
    _print(ShowDeviceFolder(address, device, folder, hidden=False), data_dir, as_json)


@folders_application.command(
    "hide", epilog="Example: overair device folders hide anna@example.org PHONE1 Archive"
)
def hide_folder(
    address: Address,
    device: DeviceId,
    folder: FolderPath,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Take a folder from a device, with all below it; the account keeps what is in it."""
    _print(ShowDeviceFolder(address, device, folder, hidden=True), data_dir, as_json)


def _print(request: DeviceRequest, data_dir: DataDir, as_json: bool) -> None:
    folders = asyncio.run(perform_one(data_dir, request, DeviceFolders)).folders
    if as_json:
        print_json(folders)
        return
    table = Table("Folder", "Type", "", box=None, pad_edge=False)
    for folder in folders:
        table.add_row(folder.path, folder.type, "hidden" if folder.hidden else "")
    print_table(table)
