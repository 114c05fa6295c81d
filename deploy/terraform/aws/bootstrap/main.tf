# Once for an account, with an administrator's rights and a state of its own on this machine: the bucket of the states,
# GitHub's identity provider, and the role by which workflows plan and apply.
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = var.region
}

resource "aws_s3_bucket" "state" {
  bucket = var.state_bucket

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  for_each = var.environments

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:${var.github_repository}:environment:${each.key}"]
    }
  }
}

resource "aws_iam_role" "terraform" {
  for_each           = var.environments
  name               = "terraform-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

# What Terraform may do is the account's to decide: the policies are named, none is written here.
resource "aws_iam_role_policy_attachment" "terraform" {
  for_each   = { for pair in setproduct(var.environments, var.terraform_policy_arns) : join(" ", pair) => pair }
  role       = aws_iam_role.terraform[each.value[0]].name
  policy_arn = each.value[1]
}

data "aws_iam_policy_document" "state" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.state.arn]
  }

  statement {
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.state.arn}/env:/*", "${aws_s3_bucket.state.arn}/leat/*"]
  }
}

resource "aws_iam_role_policy" "state" {
  for_each = var.environments
  name     = "state"
  role     = aws_iam_role.terraform[each.key].id
  policy   = data.aws_iam_policy_document.state.json
}
