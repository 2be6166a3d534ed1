// `npx cdk deploy`: the table, and a role that may use it, as an example of `grantUse`.

import { App, CfnOutput, Stack } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CacheTable } from "./cache-table.mjs";

const app = new App();
const stack = new Stack(app, "NextjsCache");
const cache = new CacheTable(stack, "Cache");

// In its place: your function, your service's taskDefinition.taskRole, your instance's role.
const role = new Role(stack, "ApplicationRole", { assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com") });
cache.grantUse(role);

new CfnOutput(stack, "TableName", { value: cache.table.tableName });
new CfnOutput(stack, "RoleArn", { value: role.roleArn });
