using Microsoft.Extensions.Logging;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>What is logged. Never text of conversations.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Error, "{Path}: the answer failed")]
    public static partial void Failed(ILogger logger, string path, Exception problem);

    [LoggerMessage(2, LogLevel.Debug, "{Path}: refused with {Status}, {Code}")]
    public static partial void Refused(ILogger logger, string path, int status, string? code);
}
