using System.Collections.Concurrent;
using KvCompose.AspNetCore.Access;
using KvCompose.Extensions.AI;
using KvCompose.Serving;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>What endpoints share.</summary>
internal sealed class ServerState(ServedModel model, IOptions<KvComposeServerOptions> options, ILogger<ServerState> logger)
{
    public KvComposeServerOptions Options => options.Value;

    public RequestAccess Access { get; } = new(options.Value);

    public ChatServer Chat => model.Server;

    public ServingEngine Engine => model.Server.Engine;

    public ILogger Logger => logger;

    /// <summary>Answers that are made, by id, and whose they are.</summary>
    public ConcurrentDictionary<string, (string Client, Generation Generation)> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>When the model was opened, for lists of models.</summary>
    public long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>The name that an answer repeats.</summary>
    public static string NewId(string prefix) => $"{prefix}-{Guid.NewGuid():N}";
}
