WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
WebApplication app = builder.Build();
app.MapGet("/tokens", (IConfiguration configuration) => FiveTokens.Of(configuration["model"]!));
app.Run();
