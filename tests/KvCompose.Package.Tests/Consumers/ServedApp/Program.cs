using KvCompose;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddKvCompose(builder.Configuration.GetSection("KvCompose"))
    .AddPipeline("quarter", "a quarter of the prompt", static (model, limits) =>
        Quarter.Open(model, new() { Sequences = limits.Sequences, MaxCacheBytes = limits.MaxCacheBytes }))
    .AddServer();
WebApplication app = builder.Build();
app.MapKvCompose();
await app.RunAsync();

[KvPipeline]
[UniformBudget(Ratio = 0.25)]
[SnapKv(Window = 16)]
internal sealed partial class Quarter;
