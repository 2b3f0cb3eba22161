using System.Globalization;

namespace KvCompose.Shared.Json;

/// <summary>A text is not JSON, or not the JSON that is expected.</summary>
internal sealed class JsonFormatException(int line, int column, string problem)
    : Exception(string.Format(CultureInfo.InvariantCulture, "line {0}, column {1}: {2}", line, column, problem));
