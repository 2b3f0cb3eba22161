using KvCompose.Extensions.AI;
using Microsoft.Extensions.Hosting;

namespace KvCompose.AspNetCore.Endpoints;

/// <summary>Opens the model with the application, and lets answers end before it stops, for as long as the host gives.</summary>
internal sealed class ServerLifetime(ServedModel model) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(() => model.Server, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => model.IsOpen ? model.Server.Engine.DrainAsync(cancellationToken)
        : Task.CompletedTask;
}
