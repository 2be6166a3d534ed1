// The table of nextjs-dynamodb-cache as a construct, and what an application needs to use it.

import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Grant } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";

const TAG_INDEX = "tag-index";

/** Sent to the table; `Query` goes to its index. */
const TABLE_ACTIONS = [
  "dynamodb:BatchGetItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:DeleteItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
];

export class CacheTable extends Construct {
  /**
   * @param {Construct} scope
   * @param {string} id
   * @param {{ tableName?: string }} [props] without a name, CloudFormation gives one
   */
  constructor(scope, id, { tableName } = {}) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      ...(tableName !== undefined && { tableName }),
      partitionKey: { name: "key", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: "expiresAt",
      // It is a cache: whoever deletes the stack loses renders and nothing else.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: TAG_INDEX,
      partitionKey: { name: "tag", type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }

  /** What the application finds the table by. */
  get environment() {
    return { NEXT_CACHE_DYNAMODB_TABLE: this.table.tableName };
  }

  /**
   * Lets a function, a task or an instance use the cache. `grantReadWriteData` would allow `Scan` and more.
   *
   * @param {import("aws-cdk-lib/aws-iam").IGrantable} grantee
   */
  grantUse(grantee) {
    const { tableArn } = this.table;
    const resourceArns = [`${tableArn}/index/${TAG_INDEX}`];
    Grant.addToPrincipal({ grantee, actions: TABLE_ACTIONS, resourceArns: [tableArn] }).assertSuccess();
    Grant.addToPrincipal({ grantee, actions: ["dynamodb:Query"], resourceArns }).assertSuccess();
  }
}
