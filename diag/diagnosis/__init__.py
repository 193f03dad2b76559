"""A differential diagnosis by weight of evidence; all knowledge is in errorcodes."""

from diag.diagnosis.diagnose import Diagnosis, Evidence, RankedCause, Verdict, diagnose
from diag.diagnosis.facts import (
    VITALS,
    FactError,
    Facts,
    accepted,
    fact_kinds,
    outer_identity_shape,
    parse_fact,
    vitals,
)
from diag.diagnosis.stages import STAGES, StageState

__all__ = [
    "STAGES",
    "VITALS",
    "Diagnosis",
    "Evidence",
    "FactError",
    "Facts",
    "RankedCause",
    "StageState",
    "Verdict",
    "accepted",
    "diagnose",
    "fact_kinds",
    "outer_identity_shape",
    "parse_fact",
    "vitals",
]
