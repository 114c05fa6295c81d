terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  # The state's bucket is made once by bootstrap/; its name is given at `init -backend-config=backend.hcl`. Each
  # workspace keeps its own state below env:/, and the lock is a file beside it.
  backend "s3" {
    key          = "leat/aws.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = var.project, environment = terraform.workspace, made_by = "terraform" }
  }
}
