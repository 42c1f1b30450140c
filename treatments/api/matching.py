"""How the schema says that a request must name the version it is about."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from clinic.shared.api import ProblemSerializer

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag that was read."
)
MATCH_PROBLEMS = {
    412: OpenApiResponse(ProblemSerializer, "Changed since it was read."),
    428: OpenApiResponse(ProblemSerializer, "No If-Match."),
}
