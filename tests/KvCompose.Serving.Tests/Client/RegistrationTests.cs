using KvCompose.Extensions.AI;
using KvCompose.Serving.Chat;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace KvCompose.Serving.Tests.Client;

public sealed class RegistrationTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "models", "needle");

    [Fact]
    public async Task AddKvCompose_FromConfiguration_AnswersAndIsDisposed()
    {
        var services = new ServiceCollection();
        services.AddKvCompose(Configuration(("ModelPath", Folder), ("Threads", "1"), ("ChatTemplate", "{% for m in messages %}{{ m.content }} {% endfor %}"), ("Pipeline", "snap"), ("MaxRunning", "3")))
            .AddPipeline("full", "every token", Support.Models.Pipelines[0].Open)
            .AddPipeline("snap", "a quarter", Support.Models.Pipelines[2].Open);
        await using ServiceProvider provider = services.BuildServiceProvider();

        ChatServer server = provider.GetRequiredService<ChatServer>();
        ChatResponse answer = await provider.GetRequiredService<IChatClient>().GetResponseAsync("the old river", new ChatOptions { MaxOutputTokens = 2 });

        Assert.Equal(2, answer.Usage!.OutputTokenCount);
        Assert.Equal("needle", answer.ModelId);
        Assert.Equal(["snap", "full"], server.Engine.Pipelines.Select(static pipeline => pipeline.Name));
        Assert.Equal(3, server.Engine.Options.MaxRunning);
    }

    [Theory]
    [InlineData("ModelPath", "", "ModelPath is not set")]
    [InlineData("ModelPath", "/no/such/model", "there is no file or folder")]
    [InlineData("MaxRunning", "0", "MaxRunning is 0")]
    [InlineData("MaxCacheMebibytes", "-1", "MaxCacheMebibytes")]
    [InlineData("Name", "a+b", "Name 'a+b'")]
    [InlineData("Pipeline", "nosuch", "there is no pipeline 'nosuch'")]
    public void AddKvCompose_BadOption_IsNamed(string name, string value, string problem)
    {
        var services = new ServiceCollection();
        services.AddKvCompose(Configuration(("ModelPath", Folder), (name, value))).AddPipeline("full", "every token", Support.Models.Pipelines[0].Open);
        using ServiceProvider provider = services.BuildServiceProvider();

        OptionsValidationException refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ServedModel>().Server);

        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    private static IConfiguration Configuration(params (string Name, string Value)[] values)
        => new ConfigurationBuilder().AddInMemoryCollection(values.GroupBy(static pair => pair.Name).Select(static same => new KeyValuePair<string, string?>(same.Key, same.Last().Value))).Build();
}
