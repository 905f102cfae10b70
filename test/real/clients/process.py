"""Uses the process of the command as a test in Python does: environment, token, session, and recorded calls. Prints the outcomes as JSON."""
import json
import os
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ORIGIN, TOKEN = os.environ["LOCAL_AWS"], os.environ["LOCAL_AWS_TOKEN"]


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(ORIGIN + path, data, headers, method=method)) as response:
        text = response.read()
        return json.loads(text) if text else None


control("POST", "/_local/reset")
env = control("GET", "/_local/env")["env"]
region = {"region_name": env["AWS_REGION"], "endpoint_url": env["AWS_ENDPOINT_URL"], "config": Config(signature_version="v4")}
admin = {"aws_access_key_id": control("GET", "/_local/admin")["accessKeyId"], "aws_secret_access_key": control("GET", "/_local/admin")["secretAccessKey"]}
boto3.client("s3", **region | {"config": Config(signature_version="s3v4")}, **admin).put_object(Bucket="notes", Key="globex/plan", Body=b"secret")

# The user's token is the proof: this request needs no keys.
token = control("POST", "/_local/token", {"tenant": "acme"})["token"]
sts = boto3.client("sts", aws_access_key_id="none", aws_secret_access_key="none", **region)
statements = [
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::notes/acme/*"},
    {"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:*:*:acme_jobs"},
]
credentials = sts.assume_role_with_web_identity(
    RoleArn="arn:aws:iam::000000000000:role/TenantAccess",
    RoleSessionName="acme",
    WebIdentityToken=token,
    Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}),
)["Credentials"]
keys = {
    "aws_access_key_id": credentials["AccessKeyId"],
    "aws_secret_access_key": credentials["SecretAccessKey"],
    "aws_session_token": credentials["SessionToken"],
}
s3 = boto3.client("s3", **region | {"config": Config(signature_version="s3v4", retries={"total_max_attempts": 1})}, **keys)
sqs = boto3.client("sqs", **region, **keys)
own, foreign = (f"{env['AWS_ENDPOINT_URL']}/000000000000/{tenant}_jobs" for tenant in ("acme", "globex"))
outcomes = {}


def step(name, work):
    try:
        work()
        outcomes[name] = "allowed"
    except ClientError as error:
        code = error.response["Error"]["Code"]
        outcomes[name] = "denied" if code == "AccessDenied" else str(error)


def receive(url):
    messages = sqs.receive_message(QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"])["Messages"]
    assert [message["Body"] for message in messages] == ["é <&>"], messages
    entries = [{"Id": str(at), "ReceiptHandle": message["ReceiptHandle"]} for at, message in enumerate(messages)]
    assert not sqs.delete_message_batch(QueueUrl=url, Entries=entries).get("Failed")


kind = {"kind": {"DataType": "String", "StringValue": "note"}}
step("puts its own object", lambda: s3.put_object(Bucket="notes", Key="acme/plan", Body=b"mine"))
step("gets its own object", lambda: s3.get_object(Bucket="notes", Key="acme/plan"))
step("sends to its own queue", lambda: sqs.send_message(QueueUrl=own, MessageBody="é <&>", MessageAttributes=kind, MessageGroupId="acme"))
step("receives from its own queue", lambda: receive(own))
step("gets another's object", lambda: s3.get_object(Bucket="notes", Key="globex/plan"))
step("sends to another's queue", lambda: sqs.send_message(QueueUrl=foreign, MessageBody="x"))
step("sends a batch to another's queue", lambda: sqs.send_message_batch(QueueUrl=foreign, Entries=[{"Id": "a", "MessageBody": "x"}]))
control("PUT", "/_local/faults", {"s3": {"code": "SlowDown", "times": 1}})
step("is throttled", lambda: s3.get_object(Bucket="notes", Key="acme/plan"))
denied = [call["operation"] for call in control("GET", "/_local/calls")["calls"] if call["decision"] == "denied"]
print(json.dumps({"outcomes": outcomes, "denied": denied}))
