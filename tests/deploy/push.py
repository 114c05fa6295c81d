#!/usr/bin/env python3
"""A push that deploys: deploy/github/workflows/deploy.yml carried out as GitHub carries it out, on this machine.

    push.py FOLDER-OF-LEAT

A project is pushed to a repository whose post-receive hook does what GitHub does after a push: it reads the workflow of
the commit, and runs its jobs in the order of `needs`, each step by `bash -e` in a checkout of that commit, with the
values of its expressions. The steps are the workflow's own. What can't be here are stand-ins, found first in PATH and
named for what they are (tests/deploy/stand_ins): docker keeps images as folders, terraform writes down which image the
task has, aws runs that image's command with the real `leat`. Checked: the image that runs is the one of the commit that
was pushed; a commit is built once; a project that does not parse is never pushed to the registry; a run that fails
fails the deployment; a push to another branch deploys nothing.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
STAND_INS = Path(__file__).resolve().parent / "stand_ins"
VARS = {"AWS_REGION": "us-west-2", "AWS_DEPLOY_ROLE": "arn:role/deploy", "AWS_TERRAFORM_ROLE": "arn:role/terraform",
        "STATE_BUCKET": "states", "LEAT_IMAGE": "registry.example/leat:1"}
# What actions of others leave behind: their outputs.
ACTIONS = {"actions/checkout": {}, "aws-actions/configure-aws-credentials": {}, "hashicorp/setup-terraform": {},
           "aws-actions/amazon-ecr-login": {"registry": "1.dkr.ecr.us-west-2.amazonaws.com"}}


# ---- the workflow --------------------------------------------------------------------------------------------------

def value_of(expression, context):
    """`a.b.c || 'text'`: the first that is not empty."""
    for part in (each.strip() for each in expression.split("||")):
        if part.startswith("'"):
            found = part.strip("'")
        else:
            found = context
            for name in part.split("."):
                found = found.get(name, {}) if isinstance(found, dict) else {}
        if found not in ({}, "", None):
            return str(found)
    return ""


def filled(value, context):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda m: value_of(m[1].strip(), context), str(value))


def environment_of(part, context):
    return {name: filled(value, context) for name, value in (part.get("env") or {}).items()}


def outputs_in(path):
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


class Job:
    """One job in a checkout of its own."""

    def __init__(self, name, job, workflow, context, repository, work):
        self.name, self.job, self.workflow, self.repository, self.work = name, job, workflow, repository, work
        self.context = {**context, "steps": {}}
        self.folder = work / "checkouts" / f"{context['github']['sha'][:8]}-{name}"

    def carry_out(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for number, step in enumerate(self.job["steps"]):
            outputs = self.use(step) if "uses" in step else self.run(step, number)
            if outputs is None:
                print(f"deploy: {self.name} failed at `{step.get('name', step.get('uses'))}`", flush=True)
                return None
            self.context["steps"][step.get("id", "")] = {"outputs": outputs}
        return {name: filled(value, self.context) for name, value in (self.job.get("outputs") or {}).items()}

    def use(self, step):
        name = step["uses"].split("@")[0]
        if name not in ACTIONS:
            sys.exit(f"push: the workflow uses {name}, which this test does not know")
        if name == "actions/checkout":
            subprocess.run(["git", "-C", str(self.repository), "archive", "--output", str(self.work / "tree.tar"),
                            self.context["github"]["sha"]], check=True)
            subprocess.run(["tar", "-xf", str(self.work / "tree.tar"), "-C", str(self.folder)], check=True)
        return ACTIONS[name]

    def run(self, step, number):
        output = self.work / f"output-{self.name}-{number}"
        output.write_text("")
        given = {**environment_of(self.workflow, self.context), **environment_of(self.job, self.context),
                 **environment_of(step, self.context), "GITHUB_OUTPUT": str(output),
                 "GITHUB_STEP_SUMMARY": str(self.work / "summary"), "GITHUB_SHA": self.context["github"]["sha"]}
        place = self.job.get("defaults", {}).get("run", {}).get("working-directory", ".")
        done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=self.folder / place,
                              env={**os.environ, "STAND_IN_STATE": str(self.work / "state"), **given})
        return outputs_in(output) if done.returncode == 0 else None


def carry_out(repository, work, sha, ref):
    """What happens after a push: True where it ended well (or nothing was to be done)."""
    text = subprocess.run(["git", "-C", str(repository), "show", f"{sha}:.github/workflows/deploy.yml"],
                          check=True, capture_output=True, text=True).stdout
    workflow = yaml.safe_load(text)
    if ref.removeprefix("refs/heads/") not in workflow[True]["push"]["branches"]:  # YAML 1.1 reads `on` as true
        print(f"deploy: {ref} is none of the workflow's branches", flush=True)
        return True
    context, left = {"vars": VARS, "github": {"sha": sha}, "inputs": {}, "needs": {}}, dict(workflow["jobs"])
    while left:
        name = next(n for n, job in left.items() if job.get("needs") is None or job["needs"] in context["needs"])
        outputs = Job(name, left.pop(name), workflow, context, repository, work).carry_out()
        if outputs is None:
            return False
        context["needs"][name] = {"outputs": outputs}
    print(f"deploy: {sha[:8]} is deployed and has run", flush=True)
    return True


# ---- the pushes ----------------------------------------------------------------------------------------------------

class Push:
    def __init__(self, leat):
        self.work = Path(tempfile.mkdtemp())
        self.state, self.project, self.repository = self.work / "state", self.work / "shop", self.work / "shop.git"
        self.state.mkdir()
        os.environ.update({"PATH": f"{STAND_INS}:{leat}:{os.environ['PATH']}", "NO_COLOR": "1", "HOME": str(self.work),
                           "GIT_CONFIG_GLOBAL": "/dev/null"})
        self.git("init", "-q", "--bare", str(self.repository), cwd=self.work)
        hook = self.repository / "hooks/post-receive"
        hook.write_text("#!/bin/sh\nunset GIT_DIR\nwhile read -r old new ref; do "
                        f"'{sys.executable}' '{__file__}' --after '{self.repository}' '{self.work}' $new $ref; done\n")
        hook.chmod(0o755)
        self.failed = 0

    def git(self, *words, cwd=None):
        return subprocess.run(["git", "-c", "user.name=shop", "-c", "user.email=shop@example.org", *words],
                              cwd=cwd or self.project, check=True, capture_output=True, text=True)

    def make_project(self):
        subprocess.run(["leat", "init", "shop"], cwd=self.work, check=True, capture_output=True)
        for folder, into in (("deploy/github/workflows", ".github/workflows"), ("deploy/docker", "deploy/docker"),
                             ("deploy/terraform/aws", "deploy/terraform/aws")):
            shutil.copytree(ROOT / folder, self.project / into)
        environments = self.project / "deploy/terraform/aws/environments"
        shutil.copy(environments / "dev.tfvars.example", environments / "dev.tfvars")
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", str(self.repository))

    def push(self, message, branch="main"):
        """Commits and pushes; the commit and what the deployment printed."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        told = self.git("push", "-q", "origin", f"HEAD:refs/heads/{branch}").stderr
        return self.git("rev-parse", "HEAD").stdout.strip(), told.replace("remote: ", "")

    def check(self, sentence, holds, told=""):
        print(f"{'ok' if holds else 'FAILED'}: {sentence}")
        if not holds:
            print(told)
            self.failed += 1

    def images(self):
        return sorted(path.name.rpartition("_")[2] for path in (self.state / "registry").glob("*"))

    def builds(self):
        return (self.state / "builds").read_text().count("\n")


def main(leat):
    push = Push(Path(leat).resolve())
    push.make_project()
    sha, told = push.push("The shop's pipeline")
    push.check("a push to main builds, pushes, applies and runs", f"{sha[:8]} is deployed and has run" in told, told)
    push.check("the registry has the image of that commit, and no other", push.images() == [sha], push.images())
    ran = (push.state / "ran").read_text() if (push.state / "ran").exists() else ""
    push.check("the task ran that image: leat run, to its end", ran.split() == [sha, "0"], ran)

    carried = carry_out(push.repository, push.work, sha, "refs/heads/main")
    push.check("the same commit once more is deployed without being built again", carried and push.builds() == 1)

    (push.project / "models/broken.sql").write_text("select {{ ref('nobody') }}")
    broken, told = push.push("A model that reads what is not there")
    push.check("a project that does not parse ends before its image is pushed",
               "image failed" in told and broken not in push.images(), told)

    (push.project / "models/broken.sql").write_text("select 1 / 'x' as nothing")
    failing, told = push.push("A model that the warehouse refuses")
    push.check("a run that fails fails the deployment", "run failed" in told and failing in push.images(), told)

    (push.project / "models/broken.sql").unlink()
    other, told = push.push("Elsewhere", branch="feature")
    push.check("a push to another branch deploys nothing",
               "none of the workflow's branches" in told and other not in push.images(), told)
    shutil.rmtree(push.work)
    if not push.failed:
        print("a push deploys")
    sys.exit(1 if push.failed else 0)


if __name__ == "__main__":
    if sys.argv[1] == "--after":
        sys.exit(0 if carry_out(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], sys.argv[5]) else 1)
    if not shutil.which("jq"):
        print("skipped: the workflow needs jq")
        sys.exit(77)
    main(sys.argv[1])
