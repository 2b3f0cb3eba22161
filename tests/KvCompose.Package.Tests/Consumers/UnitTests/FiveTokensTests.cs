using Xunit;

public class FiveTokensTests
{
    [Fact]
    public void Of_Prompt_GivesWhatTheSourcesGive()
        => Assert.Equal(Environment.GetEnvironmentVariable("EXPECTED_TOKENS"), FiveTokens.Of(Environment.GetEnvironmentVariable("MODEL_FOLDER")!));
}
