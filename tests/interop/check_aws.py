#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Finds AWS credentials and the region in many environments, files and stand-ins for metadata services, with sonde and with
botocore, the library beneath the AWS CLI: both must find the same. Where botocore stops with an error, or takes a way that
sonde refuses (roles, single sign-on, programs), sonde must find nothing and say why. Nothing leaves the loopback interface.

Usage: check_aws.py <program>. botocore is installed once into a virtual environment in the user's cache."""
import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import outcome
import virtual_environment

PACKAGE = "botocore==1.43.11"

KEYS = "aws_access_key_id = AKIDFILE\naws_secret_access_key = filesecret\n"
CONFIG_KEYS = "aws_access_key_id = AKIDCONFIG\naws_secret_access_key = configsecret\n"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "envsecret"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}
INSTANCE = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}/"}


def case(name, env=None, credentials=None, config=None, profile=None, files=None):
    return {"name": name, "env": env or {}, "profile": profile,
            "files": {".aws/credentials": credentials, ".aws/config": config} | (files or {})}


CASES = [
    # the order of the sources
    case("nothing"),
    case("environment", ENVIRONMENT),
    case("environment with token", ENVIRONMENT | {"AWS_SESSION_TOKEN": "t/+="}),
    case("environment with both tokens", ENVIRONMENT | {"AWS_SESSION_TOKEN": "new", "AWS_SECURITY_TOKEN": "old"}),
    case("environment with expiry", ENVIRONMENT | {"AWS_CREDENTIAL_EXPIRATION": "2100-01-02T03:04:05+01:00"}),
    case("key without secret", {"AWS_ACCESS_KEY_ID": "AKIDENV"}, "[default]\n" + KEYS),
    case("secret without key", {"AWS_SECRET_ACCESS_KEY": "envsecret"}, "[default]\n" + KEYS),
    case("empty key", {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "s"}, "[default]\n" + KEYS),
    case("environment before files", ENVIRONMENT, "[default]\n" + KEYS, "[default]\n" + CONFIG_KEYS),
    case("credentials before config", {}, "[default]\n" + KEYS, "[default]\n" + CONFIG_KEYS),
    case("config alone", {}, None, "[default]\n" + CONFIG_KEYS),
    case("files before container", CONTAINER, "[default]\n" + KEYS),
    case("container before instance", CONTAINER | INSTANCE),
    case("container with token", CONTAINER | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer x"}),
    case("container with token file", CONTAINER | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "wrong",
         "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token"}, files={"token": "Bearer x"}),
    case("container with a line break in its token", CONTAINER | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token"},
         files={"token": "Bearer x\nHost: y"}),
    case("container without token file", CONTAINER | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token"}),
    case("container refuses", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/refuses"} | INSTANCE),
    case("container without fields", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/incomplete"}),
    case("container elsewhere", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/container"}),
    case("instance", INSTANCE),
    case("instance, key in another profile", INSTANCE, "[other]\n" + KEYS),
    case("instance without role", INSTANCE | {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}/norole/"}),
    case("instance switched off", INSTANCE | {"AWS_EC2_METADATA_DISABLED": "True"}),
    # profiles
    case("AWS_PROFILE", {"AWS_PROFILE": "dev"}, "[default]\n" + KEYS + "[dev]\n" + CONFIG_KEYS),
    case("AWS_DEFAULT_PROFILE", {"AWS_DEFAULT_PROFILE": "dev"}, "[default]\n" + KEYS, "[profile dev]\n" + CONFIG_KEYS),
    case("no such profile", {"AWS_PROFILE": "dev"}, "[default]\n" + KEYS),
    case("[dev] in config is no profile", {"AWS_PROFILE": "dev"}, None, "[dev]\n" + CONFIG_KEYS),
    case("[profile dev] in credentials is another", {"AWS_PROFILE": "dev"}, "[profile dev]\n" + KEYS),
    case("profile in code before environment", ENVIRONMENT, "[dev]\n" + KEYS, profile="dev"),
    case("no such profile in code", ENVIRONMENT, "[dev]\n" + KEYS, profile="prod"),
    case("quoted profile", {"AWS_PROFILE": "my dev"}, None, "[profile \"my dev\"]\nregion = r-1\n" + CONFIG_KEYS),
    case("escaped profile", {"AWS_PROFILE": "my dev"}, None, "[profile my\\ dev]\n" + CONFIG_KEYS),
    case("half-quoted profile", {"AWS_PROFILE": "a'b"}, None, "[profile a'b]\n" + CONFIG_KEYS),
    case("profile of three words", {"AWS_PROFILE": "a"}, None, "[profile a b]\n" + CONFIG_KEYS),
    case("[default], then [profile default]", {}, None, "[default]\nregion = r-1\n[profile default]\n" + CONFIG_KEYS),
    case("[profile default], then [default]", {}, None, "[profile default]\n" + CONFIG_KEYS + "[default]\nregion = r-1\n"),
    case("role", {}, "[default]\n" + KEYS, "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = default\n"),
    case("role without source", {}, "[default]\n" + KEYS + "role_arn = arn:aws:iam::1:role/r\n"),
    case("web identity in config", {}, "[default]\n" + KEYS,
         "[default]\nweb_identity_token_file = /t\nrole_arn = arn:aws:iam::1:role/r\n"),
    case("web identity in environment", {"AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"},
         "[default]\n" + KEYS),
    case("keys before web identity", ENVIRONMENT | {"AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "arn:r"}),
    case("single sign-on", {}, "[default]\n" + KEYS, "[default]\nsso_account_id = 1\nsso_role_name = r\n"
         "sso_start_url = https://127.0.0.1/\nsso_region = us-east-1\n"),
    case("sso session alone", {}, "[default]\n" + KEYS, "[default]\nsso_session = s\n[sso-session s]\nsso_region = us-east-1\n"),
    case("process", {}, None, "[default]\ncredential_process = /bin/false\n" + CONFIG_KEYS),
    case("keys before process", {}, "[default]\n" + KEYS, "[default]\ncredential_process = /bin/false\n"),
    case("key without secret in credentials", {}, "[default]\naws_access_key_id = AKIDFILE\n"),
    case("key with empty secret in credentials", {}, "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key =\n"),
    # the grammar
    case("no final line end, colons, capitals", {}, "[default]\nAWS_Access_Key_Id:AKIDFILE\naws_secret_access_key : a=b:c"),
    case("CRLF", {}, ("[default]\n" + KEYS + "region = eu-west-1\n").replace("\n", "\r\n")),
    case("CR", {}, ("[default]\n" + KEYS).replace("\n", "\r")),
    case("comments", {}, "# one\n; two\n[default] # three\n  # four\n" + KEYS + "region = a-1 # not a comment\n"),
    case("blank lines", {}, "\n\n[default]\n\n" + KEYS.replace("\n", "\n\n") + "\n  \n\taws_session_token = t\n"),
    case("indented options", {}, "[default]\n  aws_access_key_id = AKIDFILE\n  aws_secret_access_key = s\nregion = r-1\n"),
    case("indented deeper", {}, "[default]\naws_access_key_id = AKIDFILE\n aws_secret_access_key = s\n"),
    case("nested block", {}, None, "[default]\ns3 =\n  region = wrong-1\n  x = y\nregion = us-west-2\n" + CONFIG_KEYS),
    case("nested block with a comment", {}, None,
         "[default]\ns3 =\n  region = wrong-1\n# c\n  x = y\n\nregion = r-2\n" + CONFIG_KEYS),
    case("broken nested block", {}, None, "[default]\ns3 =\n  region\n" + CONFIG_KEYS),
    case("value on several lines", {}, "[default]\naws_access_key_id = AKID\n  FILE\naws_secret_access_key = s\n"),
    case("repeated option", {}, "[default]\n" + KEYS + "aws_access_key_id = other\n"),
    case("repeated option in another profile", {}, "[default]\n" + KEYS + "[dev]\nregion = a\nregion = b\n"),
    case("repeated section", {}, "[default]\n" + KEYS + "[default]\nregion = a\n"),
    case("option before any section", {}, "region = a\n[default]\n" + KEYS),
    case("neither option nor section", {}, "[default]\n" + KEYS + "nonsense\n"),
    case("no name", {}, "[default]\n" + KEYS + "= x\n"),
    case("empty brackets", {}, "[]\n[default]\n" + KEYS),
    case("brackets within", {"AWS_PROFILE": "a]b"}, "[a]b]\n" + KEYS),
    case("blanks in brackets", {}, "[ default ]\n" + KEYS),
    case("[DEFAULT] holds for all", {"AWS_PROFILE": "dev"}, "[DEFAULT]\n" + KEYS + "region = r-1\n[dev]\nregion = r-2\n"),
    case("[DEFAULT] alone", {}, "[DEFAULT]\n" + KEYS),
    case("broken config, good credentials", {}, "[default]\n" + KEYS, "nonsense\n"),
    case("tabs around", {}, "[default]\n\taws_access_key_id\t=\tAKIDFILE\t\n\taws_secret_access_key\t=\ts\t\n"),
    # where the files are
    case("other files", {"AWS_SHARED_CREDENTIALS_FILE": "{home}/c", "AWS_CONFIG_FILE": "~/d"}, "[default]\n" + CONFIG_KEYS,
         "[default]\nregion = wrong-1\n", files={"c": "[default]\n" + KEYS, "d": "[default]\nregion = r-1\n"}),
    case("missing file", {"AWS_SHARED_CREDENTIALS_FILE": "{home}/c"}, "[default]\n" + KEYS),
    case("directory for a file", {"AWS_SHARED_CREDENTIALS_FILE": "{home}"}, "[default]\n" + KEYS),
    # the region
    case("region from environment", ENVIRONMENT | {"AWS_DEFAULT_REGION": "r-1"}, None, "[default]\nregion = r-2\n"),
    case("region from config", ENVIRONMENT, None, "[default]\nregion = r-2\n"),
    case("region of the profile", ENVIRONMENT | {"AWS_PROFILE": "dev"}, None,
         "[default]\nregion = r-2\n[profile dev]\nregion = r-3\n"),
    case("region in credentials", {}, "[default]\nregion = r-4\n" + KEYS, "[default]\nregion = r-2\n"),
    case("region nowhere for the profile", {"AWS_PROFILE": "dev"}, "[dev]\n" + KEYS, "[default]\nregion = r-2\n"),
]


class Metadata(http.server.BaseHTTPRequestHandler):
    """A container's credential service, and an instance's metadata service that takes session tokens alone."""
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def keys(self, name):
        return json.dumps({"Code": "Success", "AccessKeyId": name, "SecretAccessKey": name + "secret", "Token": name + "token",
                           "Expiration": "2100-01-01T00:00:00Z"})

    def do_PUT(self):
        if not self.path.endswith("/latest/api/token") or not self.headers.get("X-aws-ec2-metadata-token-ttl-seconds"):
            return self.answer(400, "")
        self.answer(200, "TOKEN")

    def do_GET(self):
        roles = "/latest/meta-data/iam/security-credentials/"
        if self.path == "/container":
            if self.headers.get("Authorization", "Bearer x") != "Bearer x":
                return self.answer(401, "{}")
            return self.answer(200, self.keys("AKIDCONTAINER"))
        if self.path == "/refuses":
            return self.answer(404, '{"code": "NoRole", "message": "none"}')
        if self.path == "/incomplete":
            return self.answer(200, '{"AccessKeyId": "AKID", "SecretAccessKey": "s"}')
        if self.headers.get("X-aws-ec2-metadata-token") != "TOKEN":
            return self.answer(401, "")
        if self.path == roles:
            return self.answer(200, "the-role")
        if self.path == roles + "the-role":
            return self.answer(200, self.keys("AKIDINSTANCE"))
        self.answer(404, "not found")

    def log_message(self, *_):
        pass


def prepare(home, url):
    """Writes the files of each case below a home of its own; what to run it with."""
    prepared = []
    for number, each in enumerate(CASES):
        directory = home / str(number)
        directory.mkdir()
        for name, text in each["files"].items():
            if text is not None:
                path = directory / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(text.encode())
        base = {"PATH": "/usr/bin:/bin", "HOME": str(directory), "AWS_EC2_METADATA_DISABLED": "true"}
        env = base | {name: value.format(home=directory, url=url) for name, value in each["env"].items()}
        prepared.append({"name": each["name"], "env": env, "profile": each["profile"]})
    return prepared


def ask_botocore(cases):
    """Runs inside the environment: what botocore finds for each case."""
    import os
    import botocore.session
    import botocore.utils
    botocore.utils.ContainerMetadataFetcher.SLEEP_TIME = 0
    answers = []
    for each in cases:
        os.environ.clear()
        os.environ.update(each["env"])
        answer = {"access_key": "", "secret_key": "", "token": "", "region": "", "method": ""}
        try:
            session = botocore.session.Session(profile=each["profile"])
            answer["region"] = session.get_config_variable("region") or ""
            found = session.get_credentials()
            if found is not None:
                answer["method"] = found.method
                frozen = found.get_frozen_credentials()
                answer |= {"access_key": frozen.access_key or "", "secret_key": frozen.secret_key or "",
                           "token": frozen.token or ""}
        except Exception as error:  # whatever it is, no request would be signed
            answer["error"] = f"{type(error).__name__}: {error}"
        answers.append(answer)
    return answers


def differences(cases, expected, got):
    complaints = []
    refused = {"assume-role", "assume-role-with-web-identity", "sso", "login", "custom-process"}
    for each, want, have in zip(cases, expected, got):
        # Keys with blanks or line breaks in them are found by botocore, but no header can carry them.
        whole = all(want[key] and not re.search(r"\s", want[key]) for key in ("access_key", "secret_key"))
        usable = "error" not in want and want["method"] not in refused and whole
        for key in ("access_key", "secret_key", "token"):
            if have[key] != (want[key] if usable else ""):
                complaints.append(f"{each['name']}: {key} is {have[key]!r}, botocore: {want}")
        if not usable and not have["complaint"]:
            complaints.append(f"{each['name']}: nothing is said about why there are no credentials")
        region = want["region"] if re.fullmatch(r"[a-z0-9-]*", want["region"]) else ""
        if have["region"] != region or bool(region) == bool(have["region_refusal"]):
            complaints.append(f"{each['name']}: region is {have['region']!r}, botocore: {want['region']!r}")
        told = " ".join([have["complaint"], have["region_refusal"], have["source"], *have["findings"]])
        for secret in ("filesecret", "envsecret", "configsecret", "AKIDINSTANCE", "AKIDCONTAINER", "Bearer x"):
            if secret in told:
                complaints.append(f"{each['name']}: {secret!r} is in what is said: {told}")
    return complaints


def check(program):
    _, python = virtual_environment.of(PACKAGE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="sonde-aws-") as home:
        cases = prepare(pathlib.Path(home), f"http://127.0.0.1:{server.server_port}")
        asked = subprocess.run([python, "-B", __file__, "--botocore"], input=json.dumps(cases), capture_output=True, text=True)
        if asked.returncode != 0:
            raise outcome.Failed(asked.stderr)
        expected = json.loads(asked.stdout)
        got = []
        for each in cases:
            ran = subprocess.run([program, *([each["profile"]] if each["profile"] else [])], env=each["env"],
                                 capture_output=True, text=True, timeout=60)
            if ran.returncode != 0:
                raise outcome.Failed(f"{each['name']}: {program} failed: {ran.stderr}")
            got.append(json.loads(ran.stdout))
    server.shutdown()
    found = sum(1 for answer in expected if answer["access_key"])
    if found < len(cases) // 3:
        return [f"botocore found credentials in {found} of {len(cases)} cases: this proves little"]
    complaints = differences(cases, expected, got)
    if not complaints:
        print(f"interop_aws: {len(cases)} cases agree, {found} of them with credentials")
    return complaints


if __name__ == "__main__":
    if sys.argv[1] == "--botocore":
        json.dump(ask_botocore(json.load(sys.stdin)), sys.stdout)
    else:
        sys.exit(outcome.of("interop_aws", lambda: check(sys.argv[1])))
