"""Runs the isolation steps with boto3, configured by environment variables only. Prints the outcome of each step as JSON."""
import io
import json
import os
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET, TABLE = os.environ["BUCKET"], os.environ["TABLE"]
# boto3 reads AWS_ENDPOINT_URL since 1.28. A Debian release may have an older version.
version = tuple(int(part) for part in boto3.__version__.split(".")[:2])
endpoint = {} if version >= (1, 28) else {"endpoint_url": os.environ["AWS_ENDPOINT_URL"]}
# boto3 presigns with SigV2 by default.
s3 = boto3.client("s3", config=Config(signature_version="s3v4", retries={"total_max_attempts": 1}), **endpoint)
db = boto3.client("dynamodb", **endpoint)
outcomes = {}


def step(name, work):
    try:
        work()
        outcomes[name] = "allowed"
    except (ClientError, boto3.exceptions.S3UploadFailedError, urllib.error.HTTPError) as error:
        words = str(error)
        denied = any(word in words for word in ("AccessDenied", "AccessDeniedException", "(403)", "HTTP Error 403"))
        outcomes[name] = "denied" if denied else words


def upload(key):
    config = TransferConfig(multipart_threshold=5 * 2**20, multipart_chunksize=5 * 2**20)
    s3.upload_fileobj(io.BytesIO(b"x" * 12_000_000), BUCKET, key, Config=config)


def presigned(key):
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=60)
    urllib.request.urlopen(url).read()


def copy(source):
    s3.copy_object(Bucket=BUCKET, Key="acme/copy", CopySource={"Bucket": BUCKET, "Key": source})


def item(customer):
    return {"customer": {"S": customer}, "id": {"S": "1"}}


step("puts its own object", lambda: s3.put_object(Bucket=BUCKET, Key="acme/note", Body=b"mine"))
step("gets its own object", lambda: s3.get_object(Bucket=BUCKET, Key="acme/note"))
step("lists its own folder", lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix="acme/"))
step("copies its own object", lambda: copy("acme/note"))
step("uploads 12 MB of its own in parts", lambda: upload("acme/large"))
step("reads its own object by a presigned URL", lambda: presigned("acme/note"))
step("puts its own item", lambda: db.put_item(TableName=TABLE, Item=item("acme")))
step("gets its own item", lambda: db.get_item(TableName=TABLE, Key=item("acme")))
step("gets another's object", lambda: s3.get_object(Bucket=BUCKET, Key="globex/note"))
step("puts another's object", lambda: s3.put_object(Bucket=BUCKET, Key="globex/note", Body=b"mine"))
step("deletes another's object", lambda: s3.delete_object(Bucket=BUCKET, Key="globex/note"))
step("copies another's object", lambda: copy("globex/note"))
step("lists another's folder", lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix="globex/"))
step("lists the whole bucket", lambda: s3.list_objects_v2(Bucket=BUCKET))
step("lists the bare prefix", lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix="acme"))
step("uploads 12 MB to another's folder", lambda: upload("globex/large"))
step("reads another's object by a presigned URL", lambda: presigned("globex/note"))
step("puts another's item", lambda: db.put_item(TableName=TABLE, Item=item("globex")))
step("gets another's item", lambda: db.get_item(TableName=TABLE, Key=item("globex")))
step("scans the table", lambda: db.scan(TableName=TABLE))
print(json.dumps(outcomes))
