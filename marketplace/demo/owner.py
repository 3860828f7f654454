"""The account that embedded servers run under. PostgreSQL refuses to run as root."""

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


class ServicesError(Exception):
    """The embedded servers cannot run here; the message says what to do."""


@dataclass(frozen=True)
class Owner:
    """The account the servers run under: this process's own, or for root an unprivileged one."""

    uid: int
    gid: int
    drop: bool

    @classmethod
    def of_this_process(cls) -> "Owner":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), drop=False)
        import pwd

        for name in ("postgres", "nobody"):  # initdb insists on an account with a name
            with contextlib.suppress(KeyError):
                account = pwd.getpwnam(name)
                return cls(account.pw_uid, account.pw_gid, drop=True)
        raise ServicesError(
            "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody' "
            "to run it as. Work as a plain user, or set DATABASE_URL and REDIS_URL."
        )

    @property
    def popen(self) -> dict:
        """Arguments for subprocess that make a child this owner."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drop else {}

    def own_folder(self, folder: Path) -> None:
        """Make `folder` ours with mode 0700, or refuse one that somebody else put there."""
        try:
            folder.mkdir(mode=0o700)
            os.chown(folder, self.uid, self.gid)
        except FileExistsError:
            found = folder.lstat()
            if folder.is_symlink() or found.st_uid != self.uid:
                raise ServicesError(
                    f"{folder} exists and belongs to somebody else; remove it."
                ) from None

    def delete_folder(self, folder: Path) -> None:
        if folder.exists() and not folder.is_symlink() and folder.lstat().st_uid == self.uid:
            shutil.rmtree(folder)

    def can_run(self, program: Path) -> bool:
        try:
            subprocess.run(
                [program, "--version"],
                check=True,
                capture_output=True,
                cwd="/",
                **self.popen,
            )
        except (OSError, subprocess.CalledProcessError):
            return False
        return True

    def take(self, folder: Path) -> None:
        """Own `folder` and everything in it."""
        for path in (folder, *folder.rglob("*")):
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
